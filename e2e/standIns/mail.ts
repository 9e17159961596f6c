/* eslint-disable @n8n/community-nodes/no-restricted-imports -- never shipped */
import { once } from 'node:events';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { portOf } from './outside';

export interface MailHost {
	/** What a credential for it holds. */
	credentialData: object;
	mails: Array<{ to: string; subject: string; text: string }>;
	close(): Promise<void>;
}

const ACCOUNT = { user: 'somebody', password: 'example' };

/** Takes mails, and sends none on. */
export async function startMailHost(): Promise<MailHost> {
	const mails: MailHost['mails'] = [];
	const smtp = new SMTPServer({
		disabledCommands: ['STARTTLS'],
		allowInsecureAuth: true,
		onAuth: ({ username, password }, _session, callback) => {
			const isKnown = username === ACCOUNT.user && password === ACCOUNT.password;
			callback(isKnown ? null : new Error('unknown'), { user: username });
		},
		onData: (stream, { envelope }, callback) => {
			simpleParser(stream).then(({ subject = '', text = '' }) => {
				const to = envelope.rcptTo.map(({ address }) => address).join();
				mails.push({ to, subject, text });
				callback();
			}, callback);
		},
	});
	smtp.listen(0, '127.0.0.1');
	await once(smtp.server, 'listening');
	return {
		credentialData: {
			...ACCOUNT,
			host: '127.0.0.1',
			port: portOf(smtp.server),
			secure: false,
			disableStartTls: true,
		},
		mails,
		close: async () => await new Promise((resolve) => smtp.close(resolve)),
	};
}
