// scenario.json: steps through every endpoint. A step saves values of its answer under names, which later
// steps use as {name}.
import { readFileSync } from "node:fs";
import { demo, lk } from "./lib.mjs";

export const steps = JSON.parse(readFileSync(new URL("scenario.json", import.meta.url), "utf8"));

/** The values that the first steps need. */
export async function start(run) {
  const { migrationId } = await lk("migration", "create", "--workspace", demo.workspaceId, "--algorithm", "sha256");
  return { run: `${run}${Date.now()}`, migration: migrationId };
}

/** value with the saved values in place of {names} */
export const fill = (value, saved) => JSON.parse(JSON.stringify(value).replace(/\{(\w+)\}/g, (hole, name) => saved[name] ?? hole));

export const at = (value, path) => path.split(".").reduce((v, step) => v?.[step], value);
