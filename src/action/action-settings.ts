import { ACTION_INPUTS } from '../config/action-inputs.js';
import { quote } from '../config/found.js';
import { CagentError } from '../core/errors.js';
import { isArtifactName } from '../publish/artifact-name.js';

/** What only the action can be told. */
export interface ActionSettings {
  readonly uploadArtifacts: boolean;
  /** `undefined`: a name made from the run id. */
  readonly artifactName: string | undefined;
  readonly cacheImages: boolean;
}

/** @throws CagentError `config.invalid` with every input that is not as it should be */
export function actionSettings(inputs: Readonly<Record<string, string>>): ActionSettings {
  const problems: string[] = [];
  const settings: ActionSettings = {
    uploadArtifacts: yesOrNo('upload-artifacts', inputs, problems),
    artifactName: artifactName(inputs['artifact-name']?.trim() ?? '', problems),
    cacheImages: yesOrNo('cache-images', inputs, problems),
  };
  if (problems.length > 0) throw new CagentError('config.invalid', problems.join('; '));
  return settings;
}

function yesOrNo(
  name: 'upload-artifacts' | 'cache-images',
  inputs: Readonly<Record<string, string>>,
  problems: string[],
): boolean {
  const text = inputs[name]?.trim() || ACTION_INPUTS[name].default;
  if (text !== 'true' && text !== 'false') {
    problems.push(`input ${name}: found ${quote(text)}, allowed: true or false`);
  }
  return text === 'true';
}

function artifactName(name: string, problems: string[]): string | undefined {
  if (name === '') return undefined;
  if (!isArtifactName(name)) {
    problems.push(
      `input artifact-name: found ${quote(name)}, allowed: at most 256 characters and none of " < > : | * ? \\ /`,
    );
  }
  return name;
}
