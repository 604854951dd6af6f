# syntax=docker/dockerfile:1
# badgepost as an image: every process is `badgepost` with another command. docs/deploying.md says how to run it.

FROM python:3.11-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/badgepost
WORKDIR /src
# Wheels alone, and none whose hash was not pinned: nothing is compiled, and nothing runs that a package brings along.
COPY requirements/runtime.txt requirements/build.txt requirements/
RUN /opt/badgepost/bin/pip install --require-hashes --no-deps --only-binary :all: --requirement requirements/runtime.txt \
    && pip install --require-hashes --no-deps --only-binary :all: --requirement requirements/build.txt
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY wire wire
COPY badges badges
COPY mailer mailer
COPY desk desk
COPY inbound inbound
COPY web web
COPY badgepost badgepost
COPY templates templates
COPY rules rules
# pip itself stays behind: who breaks in shall find no installer.
RUN pip wheel --no-build-isolation --no-deps --no-index --wheel-dir /wheels . \
    && /opt/badgepost/bin/pip install --no-deps --no-index /wheels/badgepost-*.whl \
    && /opt/badgepost/bin/pip uninstall --yes pip setuptools

FROM python:3.11-slim-bookworm
LABEL org.opencontainers.image.title="badgepost" \
    org.opencontainers.image.description="The email side of digital-badge programmes: badge mails out, support mail in" \
    org.opencontainers.image.licenses="Apache-2.0"
RUN useradd --system --uid 10001 --user-group --home-dir /var/lib/badgepost --shell /usr/sbin/nologin badgepost \
    && install -d -m 0700 -o badgepost -g badgepost /var/lib/badgepost
# pg_dump and pg_restore, for `badgepost backup` and `restore`: of the release that compose.yaml runs. Which of its
# versions, Debian's security updates say.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends postgresql-client-15 \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /opt/badgepost /opt/badgepost
# The root may be read-only: what is written is in the volume, and in /tmp.
ENV PATH=/opt/badgepost/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    BADGEPOST_DATA_DIR=/var/lib/badgepost \
    BADGEPOST_WEB_HOST=0.0.0.0 \
    BADGEPOST_LISTENER__HOST=0.0.0.0 \
    BADGEPOST_LOG_FORMAT=json
USER 10001:10001
WORKDIR /var/lib/badgepost
VOLUME ["/var/lib/badgepost"]
EXPOSE 8000 2525
STOPSIGNAL SIGTERM
# For `serve`. A container that runs another command says its own, or none (compose.yaml).
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
ENTRYPOINT ["badgepost"]
CMD ["serve"]
