import assert from 'node:assert/strict';
import { test } from 'node:test';
import { total } from '../src/total.js';

test('counts every piece', () => {
  assert.equal(
    total([
      { price: 250, quantity: 2 },
      { price: 100, quantity: 1 },
    ]),
    600,
  );
});

test('takes the discount off', () => {
  assert.equal(total([{ price: 1000, quantity: 1 }], 10), 900);
});
