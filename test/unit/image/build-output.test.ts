import { expect, it } from 'vitest';
import { lastWords } from '../../../src/image/build-output.js';

const CLASSIC = `Step 2/2 : RUN echo oops >&2; false
 ---> Running in a5ba9659325c
\u001b[91moops
\u001b[0mRemoving intermediate container a5ba9659325c

DEPRECATED: The legacy builder is deprecated and will be removed in a future release.
            BuildKit is currently disabled; enable it by removing the DOCKER_BUILDKIT=0
            environment-variable.

The command '/bin/sh -c echo oops >&2; false' returned a non-zero code: 1
`;
const BUILDKIT = `#5 [2/2] RUN echo oops >&2; false
#5 sha256:8689fee3bb71c5b4cb8725dca88e8c849d033f9247301f712607d8192590c505
#5 0.171 oops
#5 ERROR: executor failed running [/bin/sh -c echo oops >&2; false]: exit code: 1
------
 > [2/2] RUN echo oops >&2; false:
------
executor failed running [/bin/sh -c echo oops >&2; false]: exit code: 1
`;
const BUILDX = `#5 0.171 oops
#5 ERROR: process "/bin/sh -c echo oops >&2; false" did not complete successfully: exit code: 1
------
 > [2/2] RUN echo oops >&2; false:
0.171 oops
------
Dockerfile:2
--------------------
   1 |     FROM x
   2 | >>> RUN echo oops >&2; false
   3 |
--------------------
ERROR: failed to solve: process "/bin/sh -c echo oops >&2; false" did not complete successfully: exit code: 1
`;

it.each([
  ['the classic builder', CLASSIC],
  ['BuildKit', BUILDKIT],
  ['buildx', BUILDX],
])(
  'the end of a build that failed has what the step printed and why, not what the builder repeats: %s',
  (_, output) => {
    const words = lastWords(output);
    expect(words).toMatch(/(^|[ |])oops( \||$)/);
    expect(words).toMatch(/exit code: 1$|returned a non-zero code: 1$/);
    expect(words).not.toMatch(/--- *\||sha256|deprecated|BuildKit|Removing|>>>/);
    expect(words).not.toContain('\u001b');
  },
);
