FROM ruby:3.4-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends build-essential git libpq-dev libyaml-dev
WORKDIR /app
ENV BUNDLE_PATH=/bundle BUNDLE_WITHOUT=development:test BUNDLE_JOBS=4
COPY Gemfile Gemfile.lock ./
RUN bundle config set --global frozen true && bundle install
COPY . .
RUN SECRET_KEY_BASE_DUMMY=1 RAILS_ENV=production bundle exec rake assets:precompile

FROM ruby:3.4-slim
WORKDIR /app
RUN apt-get update && apt-get install -y --no-install-recommends libpq5
COPY --from=build /bundle /bundle
COPY --from=build /app /app
ENV BUNDLE_PATH=/bundle BUNDLE_WITHOUT=development:test RACK_ENV=production RAILS_ENV=production RAILS_LOG_TO_STDOUT=1
ENV HOST=0.0.0.0 PORT=8080 HOME=/tmp
USER 10001:10001
EXPOSE 8080
CMD ["sh","-c","exec bundle exec puma -b tcp://0.0.0.0:$PORT"]
