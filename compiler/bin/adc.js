#!/usr/bin/env node
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`adc: needs Node 20.19 or later, and this is ${process.versions.node}`);
  process.exitCode = 2;
} else {
  const { setFlagsFromString } = await import("node:v8");
  // A build is a short run of much code. With V8's own budget a third of the time goes into optimising functions
  // again and again that soon meet other operations; with this one only what is truly hot is optimised.
  setFlagsFromString("--interrupt-budget=1000000");
  const { main } = await import("../dist/cli.js");
  process.exitCode = await main(process.argv.slice(2));
}
