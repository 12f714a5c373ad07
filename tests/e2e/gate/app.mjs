// app.mjs PORT: a proxied application. It says what reaches it, as CGI names it: its headers and the
// checksum of the body.
import { createHash } from "node:crypto";
import { createServer } from "node:http";

createServer(async (req, res) => {
  const hash = createHash("sha256");
  for await (const part of req) hash.update(part);
  const lines = Object.entries(req.headers).map(([name, value]) => `HTTP_${name.toUpperCase().replaceAll("-", "_")}=${value}\n`);
  res.writeHead(200, { "Content-Type": "text/plain" });
  res.end(`REQUEST_METHOD=${req.method}\n${lines.join("")}BODY=${hash.digest("hex")}\n`);
}).listen(Number(process.argv[2]), "127.0.0.1");
