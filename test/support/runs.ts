/* eslint-disable @n8n/community-nodes/no-restricted-globals -- never shipped */

/** How many cases of a property are tried: all with PROPERTY_RUNS=all, a fifth while somebody waits for it. */
export function runsOf(all: number): number {
	return process.env.PROPERTY_RUNS === 'all' ? all : Math.ceil(all / 5);
}
