#!/bin/sh
# tour.sh [DEMO.json]: runs the tour and prints it as Markdown, which is how tour.md is made. It works in
# a workspace of its own, which goes afterwards. DEMO.json is what `tools/demo --json` printed; without
# it, a demo is started and stopped again.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
. "$top/tools/lib.sh"
command -v curl > /dev/null && command -v openssl > /dev/null || lk_die "needs curl and openssl"

dir='' workspace=''
stop() {
    if [ -n "$workspace" ]; then
        latchkey workspace update --workspace "$workspace" --delete-protection false > /dev/null
        latchkey workspace delete --workspace "$workspace" --yes > /dev/null
    fi
    [ -z "$dir" ] || { "$top/tools/demo" down --dir "$dir/demo" --purge && rm -rf "$dir"; }
}
trap stop EXIT
trap 'exit 130' INT TERM
json=${1:-}
if [ -z "$json" ]; then
    dir=$(mktemp -d "${TMPDIR:-/tmp}/latchkey-tour.XXXXXX")
    chmod 755 "$dir"
    json=$dir/demo.json
    "$top/tools/demo" up --dir "$dir/demo" --port "$(lk_free_port 18380)" --detach --json > "$json"
fi
member() { sed -n 's/.*"'"$1"'": *"\([^"]*\)".*/\1/p' | head -1; } # the value of a text member
program=$(member latchkey < "$json") config=$(member config < "$json")
latchkey() {
    case $1 in
    api) "$program" "$@" ;;
    *) "$program" "$@" --config "$config" ;;
    esac
}
workspace=$(latchkey workspace create --name Tour --output json | member workspaceId)
LATCHKEY_API_URL=$(member baseUrl < "$json")
LATCHKEY_ROOT_KEY=$(latchkey root-key create --workspace "$workspace" --name tour --all-permissions \
    --output json | member key)
export LATCHKEY_API_URL LATCHKEY_ROOT_KEY

tell() { printf '%s\n\n' "$(cat)"; }
run() { # command...: shows each with what it prints; the last output stays in $out
    echo '```'
    for command; do
        printf '$ %s\n' "$command"
        out=$(eval "$command" 2>&1) || lk_die "failed: $command: $out"
        printf '%s\n' "$out"
    done
    printf '```\n\n'
}
the() { printf '%s\n' "$out" | member "$1"; }

tell << 'END'
# A tour of latchkey

One API, from its first key to its last. You need a running latchkey (`tools/demo` starts one and shows
its root key), `latchkey`, `curl` and `openssl`. Every output below is real: [tour.sh](tour.sh) ran the
commands and wrote this page. Your ids, keys and times will differ.

The client has to know whom to call, and as whom:

```
$ export LATCHKEY_API_URL=http://127.0.0.1:8080
$ export LATCHKEY_ROOT_KEY=latchkey_…
```

## A key

An **API** is what your keys open. Give it a name, then give somebody a key for it.
END
run "latchkey api apis create-api --name=documents"
api=$(the apiId)
run "latchkey api keys create-key --api-id=$api --prefix=doc --name='First key'"
first=$(the key)

tell << 'END'
The key is shown this once; only a hash of it is kept. Your application asks about each key that it is
shown. That is one HTTP request, here with `curl`:
END
run "curl -s \$LATCHKEY_API_URL/v2/keys.verifyKey -H \"Authorization: Bearer \$LATCHKEY_ROOT_KEY\" \\
    -H 'Content-Type: application/json' -d '{\"key\": \"$first\"}'"

tell << 'END'
`valid` is the answer, `code` the reason. A key that nobody has issued is an answer too, not an error:
END
run "latchkey api keys verify-key --key=doc_madeup"

tell << 'END'
(In earnest write `--key=-` and give the key on standard input: other users of the host can see command
lines.)

## Roles and permissions

A **permission** is a word of your choosing, a **role** a set of them. Permissions that do not exist yet
are made.
END
run "latchkey api permissions create-role --name=editor --permissions=documents.read,documents.write"
role=$(the roleId)
run "latchkey api keys create-key --api-id=$api --prefix=doc --name=Ada --roles=editor"
ada=$(the key) ada_id=$(the keyId)

tell << 'END'
The question may name what the key has to hold. It is a query, with `AND`, `OR` and parentheses:
END
run "latchkey api keys verify-key --key=$ada --permissions='documents.read AND documents.write'"
tell << 'END'
An editor may not delete:
END
run "latchkey api keys verify-key --key=$ada --permissions='documents.delete OR admin'"
tell << 'END'
Change the role, and all its keys change with it, from the next request on:
END
run "latchkey api permissions set-role-permissions --role-id=$role \\
    --permissions=documents.read,documents.write,documents.delete"
run "latchkey api keys verify-key --key=$ada --permissions='documents.delete OR admin'"

tell << 'END'
## One limit for all keys of a customer

An **identity** is a customer of yours, under the id that you have for them. A limit of the identity is
shared by all its keys. This one allows two requests a day, and applies by itself:
END
run "latchkey api identities create-identity --external-id=acme \\
    --ratelimits='[{\"name\":\"requests\",\"limit\":2,\"duration\":86400000,\"autoApply\":true}]'"
run "latchkey api keys create-key --api-id=$api --prefix=doc --name='Acme, laptop' --external-id=acme"
laptop=$(the key)
run "latchkey api keys create-key --api-id=$api --prefix=doc --name='Acme, server' --external-id=acme"
server=$(the key)
tell << 'END'
One request with each key, and the day's two are used:
END
run "latchkey api keys verify-key --key=$laptop"
run "latchkey api keys verify-key --key=$server"
tell << 'END'
The third request is one too many, whichever key it comes with:
END
run "latchkey api keys verify-key --key=$laptop"

tell << 'END'
## Limits without keys, and exceptions from them

Not everything that you limit has a key. `ratelimit limit` counts what you like, in a **namespace**, for
an **identifier**:
END
run "latchkey api ratelimit limit --namespace=email.send --identifier=trial_anna --limit=10 --duration=86400000"
tell << 'END'
An **override** replaces the limit for one identifier, or with `*` for all that fit. Trials may send one
mail a day, but Bob is a friend. Your application goes on asking as before:
END
run "latchkey api ratelimit set-override --namespace=email.send --identifier='trial_*' --limit=1 --duration=86400000" \
    "latchkey api ratelimit set-override --namespace=email.send --identifier=trial_bob --limit=1000 --duration=86400000"
run "latchkey api ratelimit limit --namespace=email.send --identifier=trial_carl --limit=10 --duration=86400000" \
    "latchkey api ratelimit limit --namespace=email.send --identifier=trial_carl --limit=10 --duration=86400000" \
    "latchkey api ratelimit limit --namespace=email.send --identifier=trial_bob --limit=10 --duration=86400000"
tell << 'END'
`overrideId` tells which override it was: the exact identifier wins over the pattern. More in
[ratelimit-overrides.md](ratelimit-overrides.md).

## A new key for an old one

Ada wants a new key. **Reroll** hers: the new key can do what the old one can, and the old one goes on
working for an hour, which is time to put the new one in its place.
END
run "latchkey api keys reroll-key --key-id=$ada_id --expiration=3600000"
next=$(the key) next_id=$(the keyId)
run "latchkey api keys verify-key --key=$next --permissions=documents.read" \
    "latchkey api keys verify-key --key=$ada --permissions=documents.read"
tell << 'END'
The new key has leaked? Then without grace:
END
run "latchkey api keys reroll-key --key-id=$next_id --expiration=0"
run "latchkey api keys verify-key --key=$next"

tell << 'END'
## Keys that you have issued elsewhere

Your customers keep their keys when you move here. Only hashes are needed. An operator says how they were
made; the Base64 of a SHA-256 is one way:
END
run "latchkey migration create --workspace $workspace --algorithm sha256"
migration=$(printf '%s\n' "$out" | grep -o 'mig_[A-Za-z0-9]*' | head -1)
dora=legacy-$(openssl rand -hex 8)
run "printf %s $dora | openssl dgst -sha256 -binary | base64"
run "latchkey api keys migrate-keys --migration-id=$migration --api-id=$api \\
    --keys='[{\"hash\":\"$out\",\"name\":\"Dora\",\"externalId\":\"dora\"}]'"
run "latchkey api keys verify-key --key=$dora"

tell << 'END'
The library prefixed-api-key is another way. Its keys are `prefix_short_long`, and it keeps the
hexadecimal SHA-256 of the long part:
END
run "latchkey migration create --workspace $workspace --algorithm prefixed-api-key"
migration=$(printf '%s\n' "$out" | grep -o 'mig_[A-Za-z0-9]*' | head -1)
long=$(openssl rand -hex 12)
run "printf %s $long | openssl dgst -sha256 -r | cut -d' ' -f1"
run "latchkey api keys migrate-keys --migration-id=$migration --api-id=$api \\
    --keys='[{\"hash\":\"$out\",\"name\":\"Emil\"}]'"
tell << 'END'
Such a key is found by its first verification that names the migration, which also converts it. From
then on it is a key like any other:
END
run "latchkey api keys verify-key --key=old_BRTRKFsL_$long" \
    "latchkey api keys verify-key --key=old_BRTRKFsL_$long --migration-id=$migration" \
    "latchkey api keys verify-key --key=old_BRTRKFsL_$long"

tell << 'END'
## A key that can be shown again

Some customers lose their keys, and some of you want to show them again. An operator allows it for an API;
keys that are made `--recoverable` then have an encrypted copy:
END
run "latchkey api-settings set --api $api --store-encrypted-keys=true"
run "latchkey api keys create-key --api-id=$api --prefix=doc --name=Fay --recoverable"
id=$(the keyId)
run "latchkey api keys get-key --key-id=$id --decrypt"

tell << 'END'
## Tidying up

All keys of an API go with it:
END
run "latchkey api apis delete-api --api-id=$api" "latchkey api keys verify-key --key=$first"
tell << 'END'
And who did all this? Operators can tell:
END
run "latchkey audit list --workspace $workspace --limit 3"
printf '%s\n' 'More about the client in [cli.md](cli.md); every operation and field at `/reference` on your server.'
