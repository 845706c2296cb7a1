FROM node:26-slim AS build
WORKDIR /app
COPY package-lock.json package.json ./
RUN npm ci --no-audit --no-fund --include=dev
COPY . .
RUN npm run build
RUN npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:26-slim
WORKDIR /app
COPY --from=build /app /app
ENV HOST=0.0.0.0 PORT=8080 HOME=/tmp NODE_ENV=production
USER 10001:10001
EXPOSE 8080
CMD ["sh","-c","exec node a.js"]
