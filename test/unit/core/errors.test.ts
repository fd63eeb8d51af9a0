import { describe, expect, test } from 'vitest';
import { ERROR_CATALOGUE } from '../../../src/core/error-catalogue.js';
import { asCagentError, CagentError, messageOf, renderError } from '../../../src/core/errors.js';

describe('an error', () => {
  test('says what, where and what to do on one line', () => {
    const error = new CagentError('config.out', 'The directory /x\nis full', { hint: 'Choose another one.' });
    expect(renderError(error)).toBe('cagent: config.out: The directory /x is full. Choose another one.');
    expect(renderError(new CagentError('config.out', 'gone'))).toBe('cagent: config.out: gone');
  });

  test('cannot be used to move the cursor of whoever reads it', () => {
    const shown = renderError(new CagentError('workspace.view', 'file \u001b[2Jx\u202e\r\n::error::y'));
    expect(shown).toBe('cagent: workspace.view: file \\u001b[2Jx\\u202e ::error::y');
  });

  test('knows its stage and whose mistake it is', () => {
    const error = new CagentError('gateway.resolver', 'no answer');
    expect([error.stage, error.fault, error.hint]).toEqual(['gateway', 'user', undefined]);
  });

  test('passes through when it is one of ours, and is a bug otherwise', () => {
    const own = new CagentError('docker.missing', 'x');
    expect(asCagentError(own)).toBe(own);
    const wrapped = asCagentError(new TypeError('boom'));
    expect(wrapped).toMatchObject({ code: 'internal.bug', message: 'boom' });
    expect(wrapped.cause).toBeInstanceOf(TypeError);
    expect(asCagentError('text').message).toBe('text');
    expect(messageOf(undefined)).toBe('undefined');
  });

  test.each(Object.keys(ERROR_CATALOGUE))('code %s has the form stage.what', (code) => {
    expect(code).toMatch(/^[a-z]+\.[a-z]+(-[a-z]+)*$/);
  });
});
