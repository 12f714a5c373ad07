#!/bin/sh
# The tests that need nothing.
exec "$LATCHKEY_TEST_RUN" pure
