FROM gradle:8-jdk21 AS build
WORKDIR /src
COPY build.gradle.kts settings.gradle.kts ./
RUN gradle --no-daemon -q dependencies
COPY . .
RUN gradle --no-daemon -q assemble
RUN cp "$(ls -S build/libs/*.jar | head -n 1)" /app.jar

FROM eclipse-temurin:21-jre
WORKDIR /app
COPY --from=build /app.jar /app/app.jar
ENV HOST=0.0.0.0 PORT=8080 HOME=/tmp
USER 10001:10001
EXPOSE 8080
CMD ["sh","-c","exec java -XX:MaxRAMPercentage=75 -Dserver.port=$PORT -jar /app/app.jar"]
