import { CagentError } from '../core/errors.js';

const PER_PAGE = 100;

/**
 * All items of a listing, page by page, up to `atMost`.
 * @param page asks for one page, with `per_page` and `page`
 */
export async function allPages<T>(
  page: (range: {
    readonly per_page: number;
    readonly page: number;
  }) => Promise<{ readonly data: readonly T[] }>,
  atMost: number,
): Promise<readonly T[]> {
  const items: T[] = [];
  for (let number = 1; items.length < atMost; number += 1) {
    const { data } = await page({ per_page: PER_PAGE, page: number });
    items.push(...data);
    if (data.length < PER_PAGE) break;
  }
  return items.slice(0, atMost);
}

/** What a request answers, or `undefined` when GitHub says that there is no such thing. */
export async function orNotFound<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (thrown) {
    if (thrown instanceof CagentError && thrown.code === 'github.not-found') return undefined;
    throw thrown;
  }
}
