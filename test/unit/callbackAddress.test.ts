import { isCallbackAddress } from '../../nodes/KlingVideo/suspend/callbackAddress';

const PUBLIC = [
	'https://n8n.example.com/webhook-waiting/7?signature=a',
	'http://n8n.example.com:5678/',
	'https://203.0.113.7/',
	'https://172.32.0.1/',
	'https://100.128.0.1/',
	'https://[2001:db8::1]/',
	'https://localhost.example.com/',
];
const LOCAL = [
	'http://localhost:5678/webhook-waiting/7',
	'http://LOCALHOST/',
	'http://n8n.localhost/',
	'http://n8n:5678/',
	'http://server.local/',
	'http://server.local./',
	'http://n8n.internal/',
	'http://127.0.0.1:5678/',
	'http://127.1/',
	'http://2130706433/',
	'http://0x7f.1/',
	'http://0.0.0.0/',
	'http://10.0.0.1/',
	'http://172.16.0.1/',
	'http://172.31.255.255/',
	'http://192.168.1.10/',
	'http://169.254.169.254/',
	'http://100.64.0.1/',
	'http://[::1]/',
	'http://[::]/',
	'http://[::ffff:192.168.0.1]/',
	'http://[fd00::1]/',
	'http://[fe80::1]/',
];
const NONE = ['', '/webhook-waiting/7', 'n8n.example.com', 'ftp://n8n.example.com/', 'https://'];

describe('automatic', () => {
	test.each(PUBLIC)('%s is one that others can reach', (address) => {
		expect(isCallbackAddress(address, 'automatic')).toBe(true);
	});

	test.each([...LOCAL, ...NONE])('%j is not', (address) => {
		expect(isCallbackAddress(address, 'automatic')).toBe(false);
	});
});

test.each([...PUBLIC, ...LOCAL])('%s is given always, or never', (address) => {
	expect(isCallbackAddress(address, 'always')).toBe(true);
	expect(isCallbackAddress(address, 'never')).toBe(false);
});

test.each(NONE)('%j is never one', (address) => {
	expect(isCallbackAddress(address, 'always')).toBe(false);
});
