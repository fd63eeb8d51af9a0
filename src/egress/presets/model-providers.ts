import type { Preset } from './preset.js';

/** One preset per model provider: the hosts that its API needs, without telemetry. */
export const MODEL_PROVIDERS: readonly Preset[] = [
  {
    name: 'anthropic',
    summary: 'Claude models',
    hosts: [{ host: 'api.anthropic.com', reason: 'model API' }],
  },
  {
    name: 'openai',
    summary: 'OpenAI models by API key',
    hosts: [{ host: 'api.openai.com', reason: 'model API' }],
  },
  {
    name: 'chatgpt',
    summary: 'OpenAI models by ChatGPT login',
    hosts: [
      { host: 'chatgpt.com', reason: 'model API of ChatGPT plans' },
      { host: 'auth.openai.com', reason: 'renewal of the login' },
    ],
  },
  {
    name: 'google',
    summary: 'Gemini models',
    hosts: [
      { host: 'generativelanguage.googleapis.com', reason: 'model API by API key' },
      { host: 'aiplatform.googleapis.com', reason: 'global endpoint of Vertex AI' },
      { host: 'cloudcode-pa.googleapis.com', reason: 'model API by Google login' },
      { host: 'oauth2.googleapis.com', reason: 'renewal of the login' },
    ],
  },
  {
    name: 'copilot',
    summary: 'GitHub Copilot models',
    hosts: [
      { host: 'api.github.com', reason: 'token exchange' },
      { host: '**.githubcopilot.com', reason: 'model API, by plan' },
      { host: 'copilot-proxy.githubusercontent.com', reason: 'model API of older clients' },
    ],
  },
  {
    name: 'mistral',
    summary: 'Mistral models',
    hosts: [
      { host: 'api.mistral.ai', reason: 'model API' },
      { host: 'codestral.mistral.ai', reason: 'model API of Codestral' },
    ],
  },
  {
    name: 'openrouter',
    summary: 'models through OpenRouter',
    hosts: [{ host: 'openrouter.ai', reason: 'model API' }],
  },
  {
    name: 'xai',
    summary: 'Grok models',
    hosts: [{ host: 'api.x.ai', reason: 'model API' }],
  },
  {
    name: 'deepseek',
    summary: 'DeepSeek models',
    hosts: [{ host: 'api.deepseek.com', reason: 'model API' }],
  },
  {
    name: 'groq',
    summary: 'models on Groq',
    hosts: [{ host: 'api.groq.com', reason: 'model API' }],
  },
  {
    name: 'cerebras',
    summary: 'models on Cerebras',
    hosts: [{ host: 'api.cerebras.ai', reason: 'model API' }],
  },
  {
    name: 'together',
    summary: 'models on Together',
    hosts: [{ host: 'api.together.xyz', reason: 'model API' }],
  },
  {
    name: 'fireworks',
    summary: 'models on Fireworks',
    hosts: [{ host: 'api.fireworks.ai', reason: 'model API' }],
  },
  {
    name: 'cohere',
    summary: 'Cohere models',
    hosts: [{ host: 'api.cohere.com', reason: 'model API' }],
  },
  {
    name: 'huggingface',
    summary: 'models and files of Hugging Face',
    hosts: [
      { host: 'router.huggingface.co', reason: 'model API' },
      { host: 'huggingface.co', reason: 'model files' },
      { host: 'cdn-lfs.huggingface.co', reason: 'content of model files' },
      { host: '*.hf.co', reason: 'content of model files' },
    ],
  },
  {
    name: 'azure-openai',
    summary: 'OpenAI models on Azure',
    hosts: [
      { host: '*.openai.azure.com', reason: 'model API, by resource' },
      { host: '*.cognitiveservices.azure.com', reason: 'model API, by resource' },
    ],
  },
];
