import type { Route } from './route.js';
import { GIT_ROUTES } from './routes/git.js';
import { GRAPHQL_ROUTES } from './routes/graphql.js';
import { ISSUE_ROUTES } from './routes/issues.js';
import { PULL_ROUTES } from './routes/pulls.js';
import { REPOSITORY_ROUTES } from './routes/repository.js';
import { REVIEW_ROUTES } from './routes/reviews.js';

export const ROUTES: readonly Route[] = [
  ...REPOSITORY_ROUTES,
  ...GIT_ROUTES,
  ...PULL_ROUTES,
  ...REVIEW_ROUTES,
  ...ISSUE_ROUTES,
  ...GRAPHQL_ROUTES,
];
