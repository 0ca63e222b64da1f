import { useState } from 'react';
import type { ReactNode } from 'react';
import { Select, Tag, TextInput } from 'nhsuk-react-components';
import type { Invitation, Person, SiteKind } from '@sallyport/protocol';
import { useAnnounce } from '../ui/Announcer.tsx';
import type { FieldError } from '../ui/ErrorSummary.tsx';
import { formField } from '../ui/form-field.ts';
import { useSpeech } from '../ui/Language.tsx';
import { SmallButton } from '../ui/SmallButton.tsx';
import { LazyDetails } from './LazyDetails.tsx';
import { managersList, withSite, withSiteChange } from './manifest-draft.ts';
import type { DraftSite, ManifestDraft } from './manifest-draft.ts';
import { PeopleEditor } from './PeopleEditor.tsx';
import { registeredOf } from './people-draft.ts';
import { ThresholdInput } from './ThresholdInput.tsx';

interface SitesEditorProps {
  draft: ManifestDraft;
  invitations: readonly Invitation[];
  named: readonly Person[];
  errors: readonly FieldError[];
  onDraft: (draft: ManifestDraft) => void;
}

/** The prisons and hospitals with their managers; new ones, other names, sites that leave. */
export function SitesEditor({ draft, invitations, named, errors, onDraft }: SitesEditorProps): ReactNode {
  const { t } = useSpeech();
  return (
    <section aria-labelledby="sites-heading">
      <h2 id="sites-heading" className="nhsuk-heading-m">
        {t('trust.sites')}
      </h2>
      {draft.sites.map((site) => (
        <SiteEditor
          key={site.id}
          site={site}
          invitations={invitations}
          named={named}
          errors={errors}
          onSite={(change) => {
            onDraft(withSiteChange(draft, site.id, change));
          }}
        />
      ))}
      <NewSite
        onSite={(kind, name) => {
          onDraft(withSite(draft, { id: crypto.randomUUID(), kind, name }));
        }}
      />
    </section>
  );
}

interface SiteEditorProps extends Omit<SitesEditorProps, 'draft' | 'onDraft'> {
  site: DraftSite;
  onSite: (change: Partial<DraftSite>) => void;
}

function SiteEditor({ site, invitations, named, errors, onSite }: SiteEditorProps) {
  const { t } = useSpeech();
  const list = managersList(site.id);
  const isWrong = errors.some(({ field }) => field.startsWith(`${list}-`));
  const name = `${site.name} (${t(`site.${site.kind}`)})`;
  if (site.removed) {
    return (
      <p data-testid="removed-site" data-site={site.name}>
        {name} <Tag modifier="red">{t('change.siteLeaves')}</Tag>{' '}
        <SmallButton
          words={t('people.undo')}
          hiddenWords={site.name}
          testId="keep-site"
          onPress={() => {
            onSite({ removed: false });
          }}
        />
      </p>
    );
  }
  const summary = site.added ? `${name}: ${t('people.new')}` : name;
  return (
    <LazyDetails summary={summary} name={site.name} mustOpen={isWrong || (site.added && site.managers.length === 0)}>
      {() => <SiteFields site={site} invitations={invitations} named={named} errors={errors} onSite={onSite} />}
    </LazyDetails>
  );
}

function SiteFields({ site, invitations, named, errors, onSite }: SiteEditorProps) {
  const { t } = useSpeech();
  const announce = useAnnounce();
  const list = managersList(site.id);
  const field = (id: string) => formField(id, errors, t);
  // Nobody can be invited as manager of a site that is not in force: those are invited without one.
  const invited = invitations.filter((each) => each.role === 'manager' && (each.site?.id ?? site.id) === site.id);
  return (
    <>
      <TextInput
        {...field(`${list}-site`)}
        data-testid="site-name"
        label={t('change.siteName')}
        value={site.name}
        autoComplete="off"
        width="20"
        onChange={(event: { target: { value: string } }) => {
          onSite({ name: event.target.value });
        }}
      />
      <h3 className="nhsuk-heading-s">{t('trust.managers')}</h3>
      <PeopleEditor
        list={list}
        words={t('list.managers', { site: site.name })}
        people={site.managers}
        registered={registeredOf(invited)}
        named={named}
        field={field}
        onPeople={(managers) => {
          onSite({ managers });
        }}
      />
      <ThresholdInput
        id={`${list}-threshold`}
        words={t('change.managersThreshold')}
        value={site.threshold}
        field={field}
        onValue={(threshold) => {
          onSite({ threshold });
        }}
      />
      <SmallButton
        words={t('change.removeSite')}
        hiddenWords={site.name}
        testId="remove-site"
        onPress={() => {
          onSite({ removed: true });
          announce(t('people.removedNow', { name: site.name }));
        }}
      />
    </>
  );
}

function NewSite({ onSite }: { onSite: (kind: SiteKind, name: string) => void }) {
  const { t } = useSpeech();
  const announce = useAnnounce();
  const [name, setName] = useState('');
  const [kind, setKind] = useState<SiteKind>('prison');
  return (
    <fieldset className="app-card" data-testid="new-site">
      <legend className="nhsuk-fieldset__legend nhsuk-fieldset__legend--s">{t('change.newSite')}</legend>
      <TextInput
        id="new-site-name"
        name="new-site-name"
        label={t('change.siteName')}
        value={name}
        autoComplete="off"
        width="20"
        onChange={(event: { target: { value: string } }) => {
          setName(event.target.value);
        }}
      />
      <Select
        id="new-site-kind"
        name="new-site-kind"
        label={t('change.siteKind')}
        value={kind}
        onChange={(event: { target: { value: string } }) => {
          setKind(event.target.value === 'hospital' ? 'hospital' : 'prison');
        }}
      >
        <Select.Option value="prison">{t('site.prison')}</Select.Option>
        <Select.Option value="hospital">{t('site.hospital')}</Select.Option>
      </Select>
      <SmallButton
        words={t('change.addSite')}
        testId="add-site"
        onPress={() => {
          if (name.trim() === '') return;
          onSite(kind, name.trim());
          announce(t('people.added', { name: name.trim() }));
          setName('');
        }}
      />
    </fieldset>
  );
}
