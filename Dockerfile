# The image of Doorward: it runs what `make run` runs, as nobody in particular, and writes to its volume and /tmp alone.
# docs/deployment.md says how it is used. Raise the version with Python's security fixes; a digest may stand behind it.
ARG BASE=python:3.13.11-slim-trixie

FROM ${BASE} AS builder
# `granian`, `trace`, or both with a blank between; GEODATA=yes brings DB-IP City Lite along (104 MB).
ARG EXTRAS=""
ARG GEODATA=""
WORKDIR /build
COPY requirements/run.txt requirements/granian.txt requirements/trace.txt requirements/geodata.txt requirements/
# Wheels alone: nothing is compiled here, and no foreign setup script runs.
RUN python3 -m venv /opt/doorward \
    && for set in run ${EXTRAS}; do \
         /opt/doorward/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r "requirements/${set}.txt" \
         || exit 1; \
       done
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY service service
RUN /opt/doorward/bin/pip install --no-cache-dir --no-index --no-deps --no-build-isolation .
RUN mkdir /opt/geodata \
    && if [ -n "${GEODATA}" ]; then \
         /opt/doorward/bin/doorward geodata install --to /opt/geodata --requirements requirements/geodata.txt; \
       fi
# What only installs has no place beside a service that decides who gets in, nor has what two wheels bring along and
# nothing here loads: CEL's extensions and the sources it was built with, SQLite's tests and programs. It still starts.
RUN /opt/doorward/bin/pip uninstall --yes setuptools pip \
    && for part in bazel-project cel_expr_python/ext apsw/tests apsw/sqlite_extra_binaries; do \
         rm -rf /opt/doorward/lib/python3.*/site-packages/"${part}"; \
       done \
    && /opt/doorward/bin/doorward --version

FROM ${BASE} AS tool
COPY requirements/sbom.txt /build/
RUN python3 -m venv /opt/sbom \
    && /opt/sbom/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r /build/sbom.txt

FROM ${BASE} AS files
COPY --from=builder /opt/doorward /opt/doorward
COPY --from=builder /opt/geodata /usr/share/doorward/geodata
COPY LICENSE NOTICE /usr/share/doorward/
COPY rules /usr/share/doorward/rules
COPY models /usr/share/doorward/models
# The base's own installers go too, pip from where python:…-slim and where Debian keep it, apt by dpkg, so that the list of
# packages is right, and what of dpkg does more than read that list; and so do what runs as root for whoever starts it and
# the folders that everybody may write to, but /tmp.
RUN rm -rf /usr/local/bin/pip* /usr/local/lib/python3.*/site-packages/pip* /usr/local/lib/python3.*/ensurepip \
        /usr/lib/python3*/ensurepip /usr/share/python-wheels \
    && if command -v dpkg-query > /dev/null; then \
         for name in $(dpkg-query --show --showformat='${Package} ' 'apt' 'libapt-pkg*' 2> /dev/null); do \
           PATH="${PATH}:/usr/sbin:/sbin" dpkg --purge --force-depends --force-remove-essential --force-remove-protected \
             "${name}" || exit 1; \
         done; \
         rm -rf /etc/apt /var/lib/apt /var/cache/apt /var/log/dpkg.log /var/lib/dpkg/*-old; \
         find /usr/bin /usr/sbin -name 'dpkg*' ! -name dpkg-query -delete; \
       fi \
    && find / -xdev -type f -perm /6000 -exec chmod a-s {} + \
    && find / -xdev -type d -perm -0002 ! -path /tmp -exec chmod o-w {} + \
    && install -d -m 0700 -o 10001 -g 10001 /var/lib/doorward

# The bill is of what is in the image, so it is drawn up in the image; the tool that does so stays behind.
FROM files AS bill
WORKDIR /build
COPY --from=tool /opt/sbom /opt/sbom
COPY pyproject.toml requirements/sbom.py ./
RUN /opt/sbom/bin/python sbom.py /opt/doorward/bin/python /opt/sbom.cdx.json

FROM files
ARG BASE
ARG VERSION=0.1.0
ARG REVISION=unknown
ARG CREATED=""
ARG SOURCE=""
LABEL org.opencontainers.image.title="Doorward" \
      org.opencontainers.image.description="Decides how sure a system must be of who is at the door" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.authors="The Doorward authors" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}" \
      org.opencontainers.image.source="${SOURCE}" \
      org.opencontainers.image.base.name="${BASE}"
COPY --from=bill /opt/sbom.cdx.json /usr/share/doorward/sbom.cdx.json
ENV PATH=/opt/doorward/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    TMPDIR=/tmp \
    DOORWARD_BIND=0.0.0.0:8080 \
    DOORWARD_METRICS_BIND=0.0.0.0:9090 \
    DOORWARD_STATE_DIR=/var/lib/doorward \
    DOORWARD_RULES_DIR=/usr/share/doorward/rules \
    DOORWARD_MODEL=/usr/share/doorward/models/default.json \
    DOORWARD_GEO=/usr/share/doorward/geodata
WORKDIR /usr/share/doorward
USER 10001:10001
VOLUME ["/var/lib/doorward"]
EXPOSE 8080 9090
# /livez, not /readyz: while the store is away the service still decides, and must not be restarted for it.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=6 \
    CMD ["python", "-c", "import os, urllib.request as web; web.build_opener(web.ProxyHandler({})).open('http://127.0.0.1:' + os.environ['DOORWARD_BIND'].rpartition(':')[2] + '/livez', timeout=3)"]
ENTRYPOINT ["doorward"]
CMD ["serve"]
