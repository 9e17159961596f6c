import * as fc from 'fast-check';

const CASES_A_ROUND = 100;
const MAX_ROUNDS = 50;

/**
 * Fails unless there are cases of every kind: a property would hold of few kinds else. A property itself
 * may be tried with few cases, which have no rare kinds by chance; here there are more until all were seen.
 */
export async function expectEveryKind<Case>(
	cases: fc.Arbitrary<Case>,
	kindOf: (one: Case) => string | Promise<string>,
	kinds: string[],
): Promise<void> {
	const missing = new Set(kinds);
	for (let round = 0; round < MAX_ROUNDS && missing.size > 0; round++) {
		for (const one of fc.sample(cases, CASES_A_ROUND)) missing.delete(await kindOf(one));
	}
	expect([...missing]).toEqual([]);
}
