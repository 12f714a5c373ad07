#!/bin/sh
# The tests against a private database; skipped where there is no MariaDB server.
command -v mariadbd > /dev/null || {
    echo "skipped: there is no mariadbd"
    exit 77
}
exec "$LATCHKEY_SRCDIR/tests/with-db" "$LATCHKEY_TEST_RUN" database
