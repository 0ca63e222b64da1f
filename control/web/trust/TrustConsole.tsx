import type { ReactNode } from 'react';
import type { Manifest, SignedInPerson } from '@sallyport/protocol';
import { AuditPage } from '../fleet/AuditPage.tsx';
import { Console } from '../ui/Console.tsx';
import { useSpeech } from '../ui/Language.tsx';
import { LoadedList } from '../ui/LoadedList.tsx';
import type { PlainKey } from '../ui/messages/catalogue.ts';
import { NotFound } from '../ui/NotFound.tsx';
import { useView } from '../ui/use-view.ts';
import { ChangePage } from './ChangePage.tsx';
import { HomePage } from './HomePage.tsx';
import { InvitePage } from './InvitePage.tsx';
import { NextListPage } from './NextListPage.tsx';
import { InvitationsPage, PeoplePage } from './PeoplePage.tsx';
import { useManifest } from './use-trust.ts';
import { WaitingPage } from './WaitingPage.tsx';

interface ViewProps {
  manifest: Manifest;
  person: SignedInPerson;
}

/** Where a role can go, in the order of the menu, and under which entry a view stands. */
const menus: Readonly<
  Record<'trustee' | 'manager', Readonly<Record<string, { words: PlainKey; views: readonly string[] }>>>
> = {
  trustee: {
    '': { words: 'trust.inForce', views: [''] },
    invitations: { words: 'trust.invitations', views: ['invitations', 'invite'] },
    change: { words: 'change.heading', views: ['change'] },
    waiting: { words: 'trust.waiting', views: ['waiting'] },
    record: { words: 'fleet.audit', views: ['record'] },
  },
  manager: {
    '': { words: 'trust.inForce', views: [''] },
    people: { words: 'site.people', views: ['people', 'invite'] },
    'next-list': { words: 'nextList.heading', views: ['next-list'] },
    waiting: { words: 'trust.waiting', views: ['waiting'] },
  },
};

/** The console of trustees and managers: who is trusted with what, and how that is changed. */
export function TrustConsole(): ReactNode {
  const { t } = useSpeech();
  const [view = ''] = useView();
  const navigation = (person: SignedInPerson) =>
    Object.entries(menus[roleOf(person)]).map(([path, { words, views }]) => ({
      path,
      words: t(words),
      current: views.includes(view),
    }));
  return (
    <Console name="trust.name" roles={['trustee', 'manager']} navigation={navigation}>
      {(person) => <Views person={person} />}
    </Console>
  );
}

function roleOf({ role }: SignedInPerson): 'trustee' | 'manager' {
  return role === 'manager' ? 'manager' : 'trustee';
}

function Views({ person }: { person: SignedInPerson }) {
  const [list, read] = useManifest();
  return (
    <LoadedList list={list} onRetry={read}>
      {(manifest) =>
        person.role === 'manager' ? (
          <ManagerView manifest={manifest} person={person} />
        ) : (
          <TrusteeView manifest={manifest} person={person} />
        )
      }
    </LoadedList>
  );
}

function TrusteeView({ manifest, person }: ViewProps) {
  const [view = ''] = useView();
  switch (view) {
    case '':
      return <HomePage manifest={manifest} person={person} />;
    case 'invitations':
      return <InvitationsPage manifest={manifest} />;
    case 'invite':
      return <InvitePage manifest={manifest} person={person} />;
    case 'change':
      return <ChangePage manifest={manifest} />;
    case 'waiting':
      return <WaitingPage person={person} />;
    case 'record':
      return <AuditPage />;
    default:
      return <NotFound />;
  }
}

function ManagerView({ manifest, person }: ViewProps) {
  const [view = ''] = useView();
  const { site } = person;
  if (site === null) return <NotFound />;
  switch (view) {
    case '':
      return <HomePage manifest={manifest} person={person} />;
    case 'people':
      return <PeoplePage site={site} />;
    case 'invite':
      return <InvitePage manifest={manifest} person={person} />;
    case 'next-list':
      return <NextListPage site={site} />;
    case 'waiting':
      return <WaitingPage person={person} />;
    default:
      return <NotFound />;
  }
}
