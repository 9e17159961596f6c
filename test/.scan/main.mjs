import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
	analyzePackage,
	SOURCE_FILE_PATTERNS,
} from '@n8n/scan-community-package/scanner/scanner.mjs';

/**
 * n8n's verification scanner on this clone. Its own command reads published packages only, so this
 * does what that does (`analyzePackageByName`): it lints the source, and then what was packed.
 */
const REPOSITORY = resolve(import.meta.dirname, '../..');

/** As in the scanner, which has no name for them. */
const PACKED_FILE_PATTERNS = ['**/*.js', 'package.json'];

const { name, version } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8'));
const tarball = join(REPOSITORY, 'dist', 'packed', `${name}-${version}.tgz`);
const packed = mkdtempSync(join(tmpdir(), 'scan-'));

async function scan(what, folder, filePatterns) {
	const { passed, message, details } = await analyzePackage(folder, filePatterns);
	// a scan that passes has a message only if it found no file
	const isGood = passed && message === undefined;
	console.log(`${isGood ? '✔' : '✖'} ${what}${message ? `: ${message}` : ''}`);
	if (details) console.log(details);
	return isGood;
}

try {
	execFileSync('tar', ['-xzf', tarball, '-C', packed, '--strip-components=1'], {
		stdio: 'inherit',
	});
	const results = [
		await scan('source', REPOSITORY, SOURCE_FILE_PATTERNS),
		await scan('packed package', packed, PACKED_FILE_PATTERNS),
	];
	if (results.includes(false)) process.exitCode = 1;
} finally {
	rmSync(packed, { recursive: true });
}
