import type { FleetPolicy } from '@sallyport/protocol';
import type { Translate } from '../ui/messages/catalogue.ts';
import { wordsForRule } from './difference-words.ts';

/** The fleet's rules in whole sentences, as they are obeyed. */
export function wordsForPolicy(policy: FleetPolicy, t: Translate): readonly string[] {
  const rule = (name: keyof FleetPolicy) => wordsForRule(name, policy[name], t);
  return [
    t('policy.activation', { span: rule('activationMinutes') }),
    t('policy.grant', { span: rule('grantMinutes') }),
    t('policy.idle', { span: rule('idleMinutes') }),
    t('policy.suspend', { span: rule('suspendAfterHours') }),
    t('policy.erase', { span: rule('eraseAfterHours') }),
    policy.platformErasers.length === 0
      ? t('policy.noErasers')
      : t('policy.erasers', { erasers: rule('platformErasers') }),
    t('policy.approver', { origin: policy.approverOrigin }),
    t('policy.rpId', { domain: policy.rpId }),
    policy.authenticators.length === 0
      ? t('policy.anyAuthenticator')
      : t('policy.authenticators', { models: rule('authenticators') }),
  ];
}
