FROM python:3.13-slim AS build
WORKDIR /app
COPY . .

FROM python:3.13-slim
WORKDIR /app
COPY --from=build /app /app
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
ENV HOST=0.0.0.0 PORT=8080 HOME=/tmp
USER 10001:10001
EXPOSE 8080
CMD ["sh","-c","exec python3 main.py"]
