// usage: node validate.cjs PACKAGES FILE...
//
// Holds SARIF files to the official schema with the matcher of @microsoft/jest-sarif, which is made
// to run inside of jest; all it wants of it is a place to leave the matcher.
"use strict";
const fs = require("fs");
const path = require("path");

const [packages, ...files] = process.argv.slice(2);
const matchers = {};
global.expect = { extend: (found) => Object.assign(matchers, found) };
require(path.join(packages, "node_modules", "@microsoft", "jest-sarif"));

const validate = (log) => matchers.toBeValidSarifLog(log);
const read = (file) => JSON.parse(fs.readFileSync(file, "utf8"));
let failed = 0;

const complain = (what) => {
	failed++;
	console.log(what);
};

// What a change makes of a file that is valid, to see that the matcher looks at all.
const spoiled = (log, change) => {
	const copy = JSON.parse(JSON.stringify(log));
	change(copy.runs[0]);
	return copy;
};
const faults = {
	"no program": (run) => delete run.tool,
	"a level": (run) => (run.results[0].level = "fatal"),
	"no message": (run) => delete run.results[0].message,
	"line 0": (run) => (run.results[0].locations[0].physicalLocation.region = { startLine: 0 }),
	"an unknown key": (run) => (run.results[0].data = {}),
	"a URI": (run) => (run.results[0].locations[0].physicalLocation.artifactLocation.uri = "a b"),
	"a success": (run) => delete run.invocations[0].executionSuccessful,
};

let results = 0;
let example = null;
for (const file of files) {
	const log = read(file);
	const verdict = validate(log);
	if (!verdict.pass)
		complain(`${file}: ${verdict.message()}`);
	results += log.runs[0].results.length;
	if (log.runs[0].results.some((result) => result.locations.length > 0))
		example = log;
}
if (!example)
	complain("no file has a result with a place");
for (const [name, change] of Object.entries(example ? faults : {}))
	if (validate(spoiled(example, change)).pass)
		complain(`the schema takes a file with a fault: ${name}`);
console.log(`${files.length} files with ${results} results are valid SARIF 2.1.0, ` +
	`${Object.keys(faults).length} spoiled ones are not; ${failed} exceptions`);
process.exit(failed > 0 || results === 0 ? 1 : 0);
