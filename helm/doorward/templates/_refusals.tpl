{{- /* Values that contradict each other are refused with what to do about it, before anything is made of them. */ -}}
{{- define "doorward.refuseContradictions" -}}
{{- include "doorward.refuseStore" . -}}
{{- include "doorward.refuseSecrets" . -}}
{{- include "doorward.refuseWaysIn" . -}}
{{- include "doorward.refuseSilence" . -}}
{{- include "doorward.refuseLostTraces" . -}}
{{- include "doorward.refuseMonitoring" . -}}
{{- $ours := include "doorward.labels" . | fromYaml | merge (dict "app.kubernetes.io/component" "server") -}}
{{- range $name, $_ := .Values.podLabels -}}
{{- if hasKey $ours $name -}}
{{- fail (printf "podLabels names %s, which the chart sets: Services and the Deployment find the pods by such labels" $name) -}}
{{- end -}}
{{- end -}}
{{- range .Values.extraEnv -}}
{{- if hasPrefix "DOORWARD_" .name -}}
{{- fail (printf "extraEnv names %s: settings of Doorward go below settings, or into secrets" .name) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "doorward.refuseStore" -}}
{{- $keys := .Values.secrets.keys -}}
{{- $redis := include "doorward.redis" . -}}
{{- $url := .Values.store.redis.url -}}
{{- if and $url $keys.store -}}
{{- fail "store.redis.url and secrets.keys.store both say where Redis is; give one of them" -}}
{{- end -}}
{{- if and (gt (int .Values.replicas) 1) (not $redis) -}}
{{- fail (printf "replicas is %d, but SQLite belongs to one pod: name a Redis in store.redis.url or secrets.keys.store, or set replicas to 1" (int .Values.replicas)) -}}
{{- end -}}
{{- if and .Values.autoscaling.enabled (not $redis) -}}
{{- fail "autoscaling is enabled, but SQLite belongs to one pod: name a Redis in store.redis.url or secrets.keys.store" -}}
{{- end -}}
{{- if and .Values.autoscaling.enabled (not (dig "requests" "cpu" "" (default dict .Values.resources))) -}}
{{- fail "autoscaling is enabled, but resources.requests.cpu is not given, so there is nothing to compare the use of CPU with" -}}
{{- end -}}
{{- if and .Values.autoscaling.enabled (gt (int .Values.autoscaling.minReplicas) (int .Values.autoscaling.maxReplicas)) -}}
{{- fail "autoscaling.minReplicas is more than autoscaling.maxReplicas" -}}
{{- end -}}
{{- if and .Values.store.redis.acceptNewStore (not $redis) -}}
{{- fail "store.redis.acceptNewStore is set, but no Redis is named in store.redis.url or secrets.keys.store" -}}
{{- end -}}
{{- if and .Values.store.redis.acceptNewStore (eq .Values.probes.readinessPath "/readyz") -}}
{{- fail "store.redis.acceptNewStore and probes.readinessPath=/readyz wait for each other under helm install --wait: accept the store by hand, or take /livez" -}}
{{- end -}}
{{- end -}}

{{- define "doorward.refuseSecrets" -}}
{{- $keys := .Values.secrets.keys -}}
{{- $url := .Values.store.redis.url -}}
{{- if not .Values.secrets.existingSecret -}}
{{- if or $keys.store $keys.redisCa -}}
{{- fail "secrets.keys names a key for Redis, but secrets.existingSecret names no Secret to find it in" -}}
{{- end -}}
{{- if or .Values.secrets.settings .Values.secrets.files -}}
{{- fail "secrets.settings or secrets.files name keys, but secrets.existingSecret names no Secret to find them in" -}}
{{- end -}}
{{- if include "doorward.redis" . -}}
{{- fail "pods that share a Redis need the same secrets: make a Secret and name it in secrets.existingSecret (docs/deployment.md)" -}}
{{- end -}}
{{- end -}}
{{- if and $keys.redisCa $url (not (hasPrefix "rediss" $url)) -}}
{{- fail "secrets.keys.redisCa is the authority of a certificate, but store.redis.url does not begin with rediss, so nothing is encrypted" -}}
{{- end -}}
{{- end -}}

{{- define "doorward.refuseWaysIn" -}}
{{- if .Values.ingress.enabled -}}
{{- if not .Values.ingress.hosts -}}
{{- fail "ingress is enabled, but ingress.hosts names no host" -}}
{{- end -}}
{{- if not .Values.ingress.tlsSecret -}}
{{- fail "ingress is enabled, but ingress.tlsSecret names no certificate: people's answers would go in clear" -}}
{{- end -}}
{{- end -}}
{{- if .Values.route.enabled -}}
{{- if not (and .Values.route.parents .Values.route.hosts) -}}
{{- fail "route is enabled, but route.parents names no Gateway, or route.hosts no host" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* The port that a host names, or else the usual one. */ -}}
{{- define "doorward.portOf" -}}
{{- regexFind "[0-9]+$" (regexFind ":[0-9]+$" (first .)) | default (last .) -}}
{{- end -}}

{{- /* A network policy that cuts the pods off from the Redis that they are told of. */ -}}
{{- define "doorward.refuseSilence" -}}
{{- if .Values.networkPolicy.enabled -}}
{{- $open := list -}}
{{- range .Values.networkPolicy.egress.redis.ports -}}{{- $open = append $open (int .) -}}{{- end -}}
{{- with .Values.store.redis.url -}}
{{- $usual := contains "+sentinel:" . | ternary 26379 6379 -}}
{{- range regexReplaceAll "^[^:]*://([^/?]*).*$" . "${1}" | splitList "," -}}
{{- $port := include "doorward.portOf" (list . $usual) | int -}}
{{- if not (has $port $open) -}}
{{- fail (printf "store.redis.url leads to port %d, but networkPolicy.egress.redis.ports lets nobody reach it" $port) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* A network policy that cuts the pods off from the collector of their spans, which nobody but the log would tell. */ -}}
{{- define "doorward.refuseLostTraces" -}}
{{- $on := eq "on" (include "doorward.settingText" (default "off" .Values.settings.trace)) -}}
{{- if and $on .Values.networkPolicy.enabled -}}
{{- $open := list -}}
{{- range .Values.networkPolicy.egress.traces.ports -}}{{- $open = append $open (int .) -}}{{- end -}}
{{- if not $open -}}
{{- fail "settings.trace is on, but networkPolicy.egress.traces.ports opens no port to a collector" -}}
{{- end -}}
{{- $given := dict -}}
{{- range .Values.extraEnv -}}{{- $_ := set $given .name .value -}}{{- end -}}
{{- with default $given.OTEL_EXPORTER_OTLP_ENDPOINT $given.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT -}}
{{- $usual := hasPrefix "https:" . | ternary 443 80 -}}
{{- $host := regexReplaceAll "^[^:]*://([^/?]*).*$" . "${1}" -}}
{{- $port := include "doorward.portOf" (list $host $usual) | int -}}
{{- if not (has $port $open) -}}
{{- fail (printf "extraEnv names a collector at port %d, but networkPolicy.egress.traces.ports lets nobody reach it" $port) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "doorward.refuseMonitoring" -}}
{{- $metrics := .Values.metrics -}}
{{- if and (not $metrics.enabled) (or $metrics.serviceMonitor.enabled $metrics.alerts.enabled $metrics.dashboard.enabled) -}}
{{- fail "metrics.enabled is false, so metrics.serviceMonitor, metrics.alerts and metrics.dashboard would have nothing to look at" -}}
{{- end -}}
{{- $known := list -}}
{{- range (.Files.Get "alerts/doorward.yaml" | fromYaml).groups -}}
{{- range .rules -}}{{- $known = append $known .alert -}}{{- end -}}
{{- end -}}
{{- range $metrics.alerts.without -}}
{{- if not (has . $known) -}}
{{- fail (printf "metrics.alerts.without names %s, and there is no such alert" .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
