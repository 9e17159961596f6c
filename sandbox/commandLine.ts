import { Command, InvalidArgumentError } from '@commander-js/extra-typings';

/** A command that `npm run` starts; it answers `--help`, and refuses what it does not know. */
export function npmCommand(script: string): Command {
	return new Command(`npm run ${script} --`)
		.helpOption('--help', 'show this text')
		.showHelpAfterError(`npm run ${script} -- --help lists the options.`);
}

function numberReader(
	isAllowed: (number: number) => boolean,
	allowed: string,
): (text: string) => number {
	return (text) => {
		const number = Number(text);
		if (text.trim() === '' || !Number.isFinite(number) || !isAllowed(number)) {
			throw new InvalidArgumentError(`It has to be ${allowed}.`);
		}
		return number;
	};
}

/** 0 stands for any free port. */
export const readPort = numberReader(
	(number) => Number.isInteger(number) && number >= 0 && number <= 65_535,
	'a port, from 0 to 65535',
);
export const readNumberFromZero = numberReader((number) => number >= 0, 'a number from 0');
export const readShare = numberReader(
	(number) => number >= 0 && number <= 1,
	'a share, from 0 to 1',
);
export const readNumberFromOne = numberReader((number) => number >= 1, 'a number from 1');
export const readNumberAboveZero = numberReader((number) => number > 0, 'a number above 0');
