/** What is written to n8n's database and read from it. */
export function throughDatabase<T>(value: T): T {
	return JSON.parse(JSON.stringify(value));
}
