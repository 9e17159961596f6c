/* eslint-disable @n8n/community-nodes/no-restricted-imports -- never shipped */
import express from 'express';
import { serve } from './serve';

export interface LanguageModel {
	/** What a credential for it holds. */
	credentialData: object;
	/** What it was asked, in order. */
	questions: Question[];
	close(): Promise<void>;
}

export interface Question {
	messages: Array<{ role: string; content: string }>;
	tools: Tool[];
}

interface Tool {
	function: { name: string; description: string; parameters: { properties?: object } };
}

/**
 * Speaks OpenAI's chat API, and is as clever as this: asked about a task, it gives the first word
 * behind "task" to the only tool that there is, and repeats what the tool says.
 */
export async function startLanguageModel(): Promise<LanguageModel> {
	const questions: Question[] = [];
	const app = express();
	app.post('/v1/chat/completions', express.json({ limit: '10mb' }), (req, res) => {
		const question: Question = req.body;
		questions.push(question);
		const message = answer(question);
		return res.json({
			id: `chatcmpl-${questions.length}`,
			object: 'chat.completion',
			created: Math.floor(Date.now() / 1000),
			model: req.body.model,
			choices: [
				{
					index: 0,
					message,
					finish_reason: 'tool_calls' in message ? 'tool_calls' : 'stop',
				},
			],
			usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
		});
	});
	const { url, close } = await serve(app);
	return { credentialData: { apiKey: 'sk-example', url: `${url}/v1` }, questions, close };
}

function answer({ messages, tools }: Question): object {
	const last = messages.at(-1);
	if (last?.role === 'tool') return { role: 'assistant', content: `It says: ${last.content}` };
	const taskId = /task (\S+)/.exec(last?.content ?? '')?.[1];
	const [tool] = tools;
	const [argument] = Object.keys(tool?.function.parameters.properties ?? {});
	if (taskId === undefined || tool === undefined || argument === undefined) {
		return { role: 'assistant', content: 'I do not know how to find that out.' };
	}
	return {
		role: 'assistant',
		content: null,
		tool_calls: [
			{
				id: 'call_1',
				type: 'function',
				function: { name: tool.function.name, arguments: JSON.stringify({ [argument]: taskId }) },
			},
		],
	};
}
