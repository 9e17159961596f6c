import { CREATABLE_KINDS, type CreatableKind } from '../submit/submitBody';

/** @param kinds those that have the field, if not all have it */
export const showForCreate = (kinds: readonly CreatableKind[] = CREATABLE_KINDS) => ({
	show: { operation: ['create'], resource: [...kinds] },
});
