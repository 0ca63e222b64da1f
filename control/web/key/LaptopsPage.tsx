import { useState } from 'react';
import type { ReactNode } from 'react';
import type { ConsoleDevice, SignedInPerson } from '@sallyport/protocol';
import { siteName } from '../ui/appointments.ts';
import { useAnnounce } from '../ui/Announcer.tsx';
import { DeviceTable } from '../ui/DeviceTable.tsx';
import { useSpeech } from '../ui/Language.tsx';
import { LoadedList } from '../ui/LoadedList.tsx';
import { PageHeading } from '../ui/PageHeading.tsx';
import { useSession } from '../ui/Session.tsx';
import { SmallButton } from '../ui/SmallButton.tsx';
import { wordsForTrouble } from '../ui/trouble.ts';
import { ProblemBox } from '../ui/TroubleBox.tsx';
import { useList } from '../ui/use-list.ts';
import { LockButton } from './LockButton.tsx';

const topics = ['devices'] as const;

/** The prison's laptops with their live state, and where they are. */
export function LaptopsPage({ person }: { person: SignedInPerson }): ReactNode {
  const { t } = useSpeech();
  const [list, read] = useList('siteDevices', {}, topics, true);
  const [problem, setProblem] = useState<string>();
  return (
    <>
      <ProblemBox words={problem} />
      <PageHeading words={t('key.laptops')} caption={siteName(person)} />
      <LoadedList list={list} onRetry={read}>
        {({ devices }) =>
          devices.length === 0 ? (
            <p>{t('key.noLaptops')}</p>
          ) : (
            <DeviceTable
              devices={devices}
              actions={(device) => (
                <div className="app-actions">
                  <CustodyAction device={device} onChanged={read} onProblem={setProblem} />
                  <LockButton device={device} onProblem={setProblem} />
                </div>
              )}
            />
          )
        }
      </LoadedList>
    </>
  );
}

interface CustodyActionProps {
  device: ConsoleDevice;
  onChanged: () => void;
  onProblem: (words: string | undefined) => void;
}

/** Writes down who takes the laptop, or that it is back. */
function CustodyAction({ device, onChanged, onProblem }: CustodyActionProps) {
  const { t } = useSpeech();
  const { api } = useSession();
  const announce = useAnnounce();
  const giveBack = async () => {
    const answer = await api.call('returnDevice', { params: { id: device.id }, body: {} });
    onProblem(answer.ok ? undefined : wordsForTrouble(answer.trouble, t));
    if (answer.ok) announce(t('custody.returned', { laptop: device.name }));
    onChanged();
  };
  if (device.custody === null) {
    return (
      <a href={`#/take/${device.id}`} data-testid="take-laptop">
        {t('custody.take')} <span className="nhsuk-u-visually-hidden">{device.name}</span>
      </a>
    );
  }
  return (
    <SmallButton
      words={t('custody.return')}
      hiddenWords={device.name}
      testId="return-laptop"
      onPress={() => void giveBack()}
    />
  );
}
