# The blog in a container: `docker build -t broadsheet .`, then see docs/running.md, “In a container”.
FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /src
COPY requirements.lock .
RUN python -m venv --without-pip /app && \
    python -m pip --python /app/bin/python install --require-hashes -r requirements.lock
COPY . .
RUN python -m pip --python /app/bin/python install --no-deps --no-build-isolation . && \
    python -m pip --python /app/bin/python uninstall --yes hatchling editables pathspec pluggy trove-classifiers

FROM python:3.13-slim
# Fonts for the cards of shared links, for titles in nearly every script, weigh 200 MB: `--build-arg FONTS=yes`.
ARG FONTS=no
# hadolint ignore=DL3008
RUN if [ "$FONTS" = yes ]; then \
        apt-get update && \
        apt-get install --yes --no-install-recommends fonts-noto-core fonts-noto-cjk libfribidi0 && \
        rm -rf /var/lib/apt/lists/*; \
    fi && \
    useradd --uid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin blog && \
    install --directory --owner=blog --group=blog --mode=700 /data
COPY --from=build /app /app
ENV PATH=/app/bin:$PATH BLOG_INSTANCE=/data HOST=0.0.0.0 PORT=8000
USER 10001
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=6s --start-period=30s CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ['PORT'] + '/healthz', timeout=5)"]
ENTRYPOINT ["broadsheet"]
CMD ["serve"]
