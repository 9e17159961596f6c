import { isJsonObject } from './readJson';

// Guards for data that was stored: each says whether an unknown value has a type. They are put
// together like the types that they check.

export type Guard<T> = (value: unknown) => value is T;

/** The type that a guard checks. */
export type Guarded<G> = G extends Guard<infer T> ? T : never;

/** An object's fields and their guards. */
export type GuardedFields<F> = { [K in keyof F]: Guarded<F[K]> };

export const isText: Guard<string> = (value): value is string => typeof value === 'string';

export const isNumber: Guard<number> = (value): value is number => Number.isFinite(value);

export const isBoolean: Guard<boolean> = (value): value is boolean => typeof value === 'boolean';

export function isNullOr<T>(guard: Guard<T>): Guard<T | null> {
	return (value): value is T | null => value === null || guard(value);
}

export function isOneOf<const T extends readonly unknown[]>(...values: T): Guard<T[number]> {
	return (value): value is T[number] => values.includes(value);
}

export function isListOf<T>(guard: Guard<T>): Guard<T[]> {
	return (value): value is T[] => Array.isArray(value) && value.every((entry) => guard(entry));
}

/** Fields that are not named may be there too: a later version may have added them. */
export function isObjectWith<F extends Record<string, Guard<unknown>>>(
	fields: F,
): Guard<GuardedFields<F>> {
	return (value): value is GuardedFields<F> =>
		isJsonObject(value) && Object.entries(fields).every(([name, guard]) => guard(value[name]));
}

export function isAnyOf<G extends ReadonlyArray<Guard<unknown>>>(
	...guards: G
): Guard<Guarded<G[number]>> {
	return (value): value is Guarded<G[number]> => guards.some((guard) => guard(value));
}
