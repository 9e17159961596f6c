import { markdownTable } from 'markdown-table';

/** A column's name is also its key in the JSON; a number is shown with so many decimals. */
export interface Column {
	name: string;
	decimals?: number;
}

export interface Table {
	title: string;
	columns: Column[];
	/** Null where there is nothing to measure. */
	rows: Array<Array<string | number | null>>;
	/** What a reader has to know to read it rightly. */
	note?: string | undefined;
}

/** Something that was promised: `measured` is to be at most `most`. */
export interface Bar {
	bar: string;
	measured: number;
	most: number;
	unit: string;
	/** Whether a slow or busy machine alone can miss it. One that no clock decides must hold anywhere. */
	byTime: boolean;
}

export interface BenchResult {
	tables: Table[];
	bars: Bar[];
}

export interface BenchOptions {
	/** Fewer and shorter tasks: only whether everything still works. */
	short: boolean;
	/** Tells whoever watches what is being measured. */
	say(text: string): void;
}

export interface Bench {
	name: string;
	run(options: BenchOptions): Promise<BenchResult>;
}

export const isMet = ({ measured, most }: Bar): boolean => measured <= most;

export function tableOfBars(bars: Bar[], short: boolean): Table {
	return {
		title: 'Bars',
		note: short ? 'Measured on too little to say more than that it works.' : undefined,
		columns: [{ name: 'bar' }, { name: 'at most' }, { name: 'measured' }, { name: 'met' }],
		rows: bars.map((bar) => [
			bar.bar,
			`${bar.most}${bar.unit}`,
			`${Number(bar.measured.toFixed(3))}${bar.unit}`,
			isMet(bar) ? 'yes' : 'no',
		]),
	};
}

export function toMarkdown({ title, columns, rows, note }: Table): string {
	const table = markdownTable(
		[
			columns.map(({ name }) => name),
			...rows.map((row) => row.map((cell, index) => textOf(cell, columns[index]))),
		],
		{ align: columns.map(({ decimals }) => (decimals === undefined ? 'l' : 'r')) },
	);
	return [`### ${title}`, table, ...(note === undefined ? [] : [note])].join('\n\n');
}

/** The same as an object for each row, with the numbers unrounded. */
export function toJson({ title, columns, rows, note }: Table) {
	return {
		title,
		note,
		rows: rows.map((row) =>
			Object.fromEntries(columns.map(({ name }, index) => [name, row[index]])),
		),
	};
}

function textOf(cell: string | number | null, column: Column | undefined): string {
	if (cell === null) return '–';
	return typeof cell === 'number' ? cell.toFixed(column?.decimals) : cell;
}
