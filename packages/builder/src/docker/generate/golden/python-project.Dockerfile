FROM python:3.13-slim AS build
WORKDIR /app
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python3 -m venv /venv
ENV PATH=/venv/bin:$PATH
COPY . .
RUN pip install .

FROM python:3.13-slim
WORKDIR /app
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH
COPY --from=build /app /app
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
ENV HOST=0.0.0.0 PORT=8080 HOME=/tmp
USER 10001:10001
EXPOSE 8080
CMD ["sh","-c","exec uvicorn main:app --host $HOST --port $PORT"]
