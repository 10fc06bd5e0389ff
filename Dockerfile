# therex in a container: a user without rights, and no network needed when it runs.
#   docker build -t therex .
#   docker run --rm --network none -v "$PWD/notes:/notes:ro" therex screen /notes
FROM python:3.12-slim
WORKDIR /src
COPY . .
RUN pip install --no-cache-dir . && rm -rf /src && useradd --create-home therex
USER therex
WORKDIR /home/therex
ENTRYPOINT ["therex"]
CMD ["--help"]
