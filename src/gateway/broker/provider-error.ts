import type { ModelProvider } from '../../core/model-endpoint.js';

/**
 * An answer of ours in the shape of the provider's own errors, so that agents print its message. Agents retry 401,
 * 403 and 5xx for up to three minutes; 400 ends all of them at once.
 */
export const FINAL_STATUS = 400;

export function providerError(provider: ModelProvider, status: number, message: string): string {
  return `${JSON.stringify(shape(provider, status, `cagent: ${message}`))}\n`;
}

function shape(provider: ModelProvider, status: number, message: string): object {
  switch (provider) {
    case 'anthropic':
      return {
        type: 'error',
        error: { type: status < 500 ? 'invalid_request_error' : 'api_error', message },
      };
    case 'bedrock':
      return { message };
    case 'google':
    case 'vertex':
      return { error: { code: status, message, status: status < 500 ? 'INVALID_ARGUMENT' : 'UNAVAILABLE' } };
    default:
      return {
        error: {
          message,
          type: status < 500 ? 'invalid_request_error' : 'server_error',
          param: null,
          code: null,
        },
      };
  }
}
