#!/bin/sh
# Says what reaches a CGI script: its variables and the checksum of the body.
printf 'Content-Type: text/plain\r\n\r\n'
env
printf 'BODY=%s\n' "$(sha256sum | cut -d' ' -f1)"
