#!/bin/sh
# `seaworthy …` within the container.
exec node --disable-warning=ExperimentalWarning /opt/seaworthy/programs/cli/main.ts "$@"
