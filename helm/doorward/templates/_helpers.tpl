{{- define "doorward.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- /* Short enough that what is appended to it still fits. */ -}}
{{- define "doorward.fullname" -}}
{{- $name := include "doorward.name" . -}}
{{- $both := contains $name .Release.Name | ternary .Release.Name (printf "%s-%s" .Release.Name $name) -}}
{{- default $both .Values.fullnameOverride | trunc 50 | trimSuffix "-" -}}
{{- end -}}

{{- define "doorward.selector" -}}
app.kubernetes.io/name: {{ include "doorward.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "doorward.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{ include "doorward.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{- define "doorward.serviceAccountName" -}}
{{- default (.Values.serviceAccount.create | ternary (include "doorward.fullname" .) "default") .Values.serviceAccount.name -}}
{{- end -}}

{{- define "doorward.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}{{ .repository }}@{{ .digest }}{{- else -}}{{ .repository }}:{{ default $.Chart.AppVersion .tag }}{{- end -}}
{{- end -}}
{{- end -}}

{{- /* Something where the store is Redis, nothing where it is SQLite. */ -}}
{{- define "doorward.redis" -}}
{{- if or .Values.store.redis.url .Values.secrets.keys.store -}}redis{{- end -}}
{{- end -}}

{{- /* No name holds two dots in a row, so no two files meet under one key. */ -}}
{{- define "doorward.policyKey" -}}
{{- join "/" . | replace "/" ".." -}}
{{- end -}}

{{- /* The URL of Redis, with the authority of its certificate where that comes from the Secret. */ -}}
{{- define "doorward.storeUrl" -}}
{{- $url := .Values.store.redis.url -}}
{{- $url -}}
{{- if and .Values.secrets.keys.redisCa (not (contains "ca=" $url)) -}}
{{- contains "?" $url | ternary "&" "?" -}}ca=/etc/doorward/secrets/redis-ca.pem
{{- end -}}
{{- end -}}

{{- /* YAML reads `on` and `off` as booleans where nobody quotes them. */ -}}
{{- define "doorward.settingText" -}}
{{- if kindIs "bool" . -}}{{- ternary "on" "off" . -}}{{- else -}}{{- toString . -}}{{- end -}}
{{- end -}}

{{- /* What differs from the environment that the image sets. */ -}}
{{- define "doorward.env" -}}
{{- with .Values.secrets.existingSecret }}
- name: DOORWARD_SECRET_FILE
  value: /etc/doorward/secrets/secret
- name: DOORWARD_ENCRYPTION_KEYS_FILE
  value: /etc/doorward/secrets/encryption_keys
{{- range $name, $key := $.Values.secrets.settings }}
- name: DOORWARD_{{ upper $name }}_FILE
  value: /etc/doorward/secrets/{{ $name }}
{{- end }}
{{- end }}
{{- if .Values.store.redis.url }}
- name: DOORWARD_STORE
  value: {{ include "doorward.storeUrl" . | quote }}
{{- end }}
{{- if .Values.secrets.keys.store }}
- name: DOORWARD_STORE_FILE
  value: /etc/doorward/secrets/store
{{- end }}
{{- if .Values.policies }}
- name: DOORWARD_RULES_DIR
  value: /etc/doorward/rules
{{- end }}
{{- if .Values.geodata }}
- name: DOORWARD_GEO
  value: /etc/doorward/geodata
{{- end }}
{{- if not .Values.metrics.enabled }}
- name: DOORWARD_METRICS_BIND
  value: ""
{{- end }}
{{- range $name, $value := .Values.settings }}
- name: DOORWARD_{{ upper $name }}
  value: {{ include "doorward.settingText" $value | quote }}
{{- end }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "doorward.mounts" -}}
- name: state
  mountPath: /var/lib/doorward
- name: tmp
  mountPath: /tmp
{{- if .Values.secrets.existingSecret }}
- name: secrets
  mountPath: /etc/doorward/secrets
  readOnly: true
{{- end }}
{{- if .Values.policies }}
- name: rules
  mountPath: /etc/doorward/rules
  readOnly: true
{{- end }}
{{- if .Values.geodata }}
- name: geodata
  mountPath: /etc/doorward/geodata
  readOnly: true
{{- end }}
{{- with .Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "doorward.volumes" -}}
{{- $disk := .Values.store.sqlite.persistence -}}
- name: state
{{- if and $disk.enabled (not (include "doorward.redis" .)) }}
  persistentVolumeClaim:
    claimName: {{ default (include "doorward.fullname" .) $disk.existingClaim }}
{{- else }}
  emptyDir: {}
{{- end }}
# In memory: the workers count into files here, and must not wait for a disk.
- name: tmp
  emptyDir:
    medium: Memory
    sizeLimit: 64Mi
{{- with .Values.secrets.existingSecret }}
{{- $keys := $.Values.secrets.keys }}
- name: secrets
  secret:
    secretName: {{ . }}
    defaultMode: 0440
    items:
      - key: {{ $keys.secret }}
        path: secret
      - key: {{ $keys.encryptionKeys }}
        path: encryption_keys
      {{- with $keys.store }}
      - key: {{ . }}
        path: store
      {{- end }}
      {{- with $keys.redisCa }}
      - key: {{ . }}
        path: redis-ca.pem
      {{- end }}
      {{- range $name, $key := $.Values.secrets.settings }}
      - key: {{ $key }}
        path: {{ $name }}
      {{- end }}
      {{- range $name, $key := $.Values.secrets.files }}
      - key: {{ $key }}
        path: files/{{ $name }}
      {{- end }}
{{- end }}
{{- if .Values.policies }}
- name: rules
  configMap:
    name: {{ include "doorward.fullname" . }}-policies
    items:
      {{- range $tenant, $files := .Values.policies }}
      {{- range $file, $text := $files }}
      - key: {{ include "doorward.policyKey" (list $tenant $file) }}
        path: {{ $tenant }}/{{ $file }}
      {{- end }}
      {{- end }}
{{- end }}
{{- with .Values.geodata }}
- name: geodata
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "doorward.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "doorward.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{- /* What a pod is told about where it may run; the Job and the test run where the service does. */ -}}
{{- define "doorward.placement" -}}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "doorward.pullSecrets" -}}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}
