FROM composer:2 AS vendor
WORKDIR /app
COPY composer.json composer.lock ./
RUN composer install --no-dev --no-scripts --no-interaction --ignore-platform-reqs --optimize-autoloader

FROM php:8.4-apache
WORKDIR /var/www/html
RUN sed -i 's/^Listen 80$/Listen ${PORT}/' /etc/apache2/ports.conf && sed -i 's/\*:80>/*:${PORT}>/;s#/var/www/html#/var/www/html/public#' /etc/apache2/sites-available/000-default.conf && a2enmod rewrite
COPY . .
COPY --from=vendor /app/vendor ./vendor
ENV HOST=0.0.0.0 PORT=8080 HOME=/tmp APACHE_RUN_DIR=/tmp APACHE_LOCK_DIR=/tmp APACHE_PID_FILE=/tmp/apache2.pid
USER 10001:10001
EXPOSE 8080
CMD ["sh","-c","exec apache2-foreground"]
