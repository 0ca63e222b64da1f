import type { ReactNode } from 'react';
import { SummaryList } from 'nhsuk-react-components';
import type { Manifest, SignedInPerson, Site } from '@sallyport/protocol';
import { Fact } from '../ui/Fact.tsx';
import { useSpeech } from '../ui/Language.tsx';
import { LoadedList } from '../ui/LoadedList.tsx';
import { PageHeading } from '../ui/PageHeading.tsx';
import { Ends } from './Ends.tsx';
import { LazyDetails } from './LazyDetails.tsx';
import { NamedPeople } from './NamedPeople.tsx';
import { wordsForPolicy } from './policy-words.ts';
import { RosterStanding } from './RosterStanding.tsx';
import { useRoster } from './use-trust.ts';
import { WaitingNote } from './WaitingNote.tsx';

/** What is in force: until when, who decides, and the rules in words. */
export function HomePage({ manifest, person }: { manifest: Manifest; person: SignedInPerson }): ReactNode {
  const { t } = useSpeech();
  const { trustees, fleetOfficers, sites, policy } = manifest;
  return (
    <>
      <PageHeading words={t('trust.inForce')} />
      <WaitingNote kinds={['manifest', 'roster']} address="#/waiting" />
      <SummaryList>
        <Fact name={t('trust.version')}>
          <span data-testid="manifest-version">{manifest.version}</span>
        </Fact>
        <Fact name={t('trust.validUntil')}>
          <Ends list={manifest} />
        </Fact>
        {person.role === 'manager' && person.site !== null ? (
          <Fact name={t('trust.myList', { site: person.site.name })}>
            <RosterEnds site={person.site.id} />
          </Fact>
        ) : null}
      </SummaryList>
      <h2 className="nhsuk-heading-m">{t('trust.trustees')}</h2>
      <p>{t('trust.trusteesNote', { needed: trustees.threshold, all: trustees.people.length })}</p>
      <NamedPeople people={trustees.people} />
      <h2 className="nhsuk-heading-m">{t('trust.officers')}</h2>
      <p>{t('trust.officersNote')}</p>
      <NamedPeople people={fleetOfficers} />
      <h2 className="nhsuk-heading-m">{t('trust.sites')}</h2>
      {sites.map((site) => (
        <SiteInForce key={site.id} site={site} />
      ))}
      <h2 className="nhsuk-heading-m">{t('trust.rules')}</h2>
      <ul data-testid="policy">
        {wordsForPolicy(policy, t).map((words) => (
          <li key={words}>{words}</li>
        ))}
      </ul>
      <dl className="app-proof">
        <dt>{t('rule.approverBuild')}</dt>
        <dd data-testid="approver-build">{policy.approverBuild}</dd>
        <dt>{t('rule.auditKey')}</dt>
        <dd>{policy.auditKey}</dd>
      </dl>
    </>
  );
}

function SiteInForce({ site }: { site: Site }) {
  const { t } = useSpeech();
  return (
    <LazyDetails summary={`${site.name} (${t(`site.${site.kind}`)})`} name={site.name}>
      {() => (
        <>
          <p>{t('trust.managersNote', { needed: site.threshold, all: site.managers.length })}</p>
          <NamedPeople people={site.managers} />
          <h3 className="nhsuk-heading-s">{t('trust.list')}</h3>
          <RosterEnds site={site.id} />
        </>
      )}
    </LazyDetails>
  );
}

function RosterEnds({ site }: { site: string }) {
  const [list, read] = useRoster(site);
  return (
    <LoadedList list={list} onRetry={read}>
      {(value) => <RosterStanding {...value} />}
    </LoadedList>
  );
}
