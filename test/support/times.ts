/** As many names of each scenario, such as `never-0`, `never-1`. */
export function times(count: number, ...scenarios: string[]): string[] {
	return scenarios.flatMap((scenario) =>
		Array.from({ length: count }, (_, index) => `${scenario}-${index}`),
	);
}
