"""scenario.json, which has every endpoint, through the official Python client.

LK_DEMO is the file that `tools/demo --json` wrote. Ends with the number of steps."""
import inspect
import json
import os
import re
import subprocess
import time

from unkey.py import Unkey, errors, models

here = os.path.dirname(os.path.abspath(__file__))
with open(os.environ["LK_DEMO"], encoding="utf-8") as f:
    demo = json.load(f)
with open(os.path.join(here, "scenario.json"), encoding="utf-8") as f:
    scenario = json.load(f)

migration = subprocess.run(
    [demo["latchkey"], "migration", "create", "--workspace", demo["workspaceId"],
     "--algorithm", "sha256", "--config", demo["config"], "--output", "json"],
    check=True, capture_output=True, text=True)
saved = {"run": f"py{time.time_ns()}", "migration": json.loads(migration.stdout)["migrationId"]}


def fill(value):
    """value with the saved values in place of {names}"""
    return json.loads(re.sub(r"\{(\w+)\}", lambda m: saved.get(m[1], m[0]), json.dumps(value)))


def snake(name):
    return re.sub("[A-Z]", lambda m: "_" + m[0].lower(), name)


def arguments(value, free=False):
    """Members under the names that Python has for them; those of metadata are the caller's."""
    if isinstance(value, list):
        return [arguments(v) for v in value]
    if isinstance(value, dict):
        return {k if free else snake(k): arguments(v, k == "meta") for k, v in value.items()}
    return value


def at(value, path):
    for step in path.split("."):
        if step == "length":
            value = len(value)
        else:
            value = value[int(step)] if isinstance(value, list) else value.get(step)
    return value


def plain(answer):
    """What the client has parsed, as the JSON it came from."""
    while not hasattr(answer, "meta"):
        answer = answer.result
    return answer.model_dump(by_alias=True)


def call(client, step):
    group, operation = step["call"].split(".")
    method = getattr(getattr(client, group), snake(operation))
    body = arguments(fill(step["body"]))
    whole = "request" in inspect.signature(method).parameters
    return method(request=body) if whole else method(**body)


def run(client, step):
    if "error" in step:
        try:
            call(client, step)
        except getattr(errors, step["class"]) as e:
            assert e.status_code == step["error"], e
            assert e.data.error.status == step["error"], e
            return
        raise AssertionError("was not refused")
    answer = plain(call(client, step))
    assert answer["meta"]["requestId"].startswith("req_"), answer
    for name, path in step.get("save", {}).items():
        saved[name] = at(answer["data"], path)
    for path, want in fill(step.get("expect", {})).items():
        assert at(answer["data"], path) == want, f"{path}: {answer['data']}"


with Unkey(root_key=demo["rootKey"], server_url=demo["baseUrl"]) as unkey:
    for number, one in enumerate(scenario):
        try:
            run(unkey, one)
        except Exception as e:
            raise SystemExit(f"step {number}, {one['call']}: {type(e).__name__}: {e}") from e
print(f"{len(scenario)} steps")
