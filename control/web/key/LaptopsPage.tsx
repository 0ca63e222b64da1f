import { useState } from 'react';
import type { ReactNode } from 'react';
import type { SignedInPerson } from '@sallyport/protocol';
import { siteName } from '../ui/appointments.ts';
import { DeviceTable } from '../ui/DeviceTable.tsx';
import { useSpeech } from '../ui/Language.tsx';
import { LoadedList } from '../ui/LoadedList.tsx';
import { PageHeading } from '../ui/PageHeading.tsx';
import { ProblemBox } from '../ui/TroubleBox.tsx';
import { useList } from '../ui/use-list.ts';
import { LockButton } from './LockButton.tsx';

const topics = ['devices'] as const;

/** The prison's laptops with their live state. */
export function LaptopsPage({ person }: { person: SignedInPerson }): ReactNode {
  const { t } = useSpeech();
  const [list, read] = useList('siteDevices', {}, topics);
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
              actions={(device) => <LockButton device={device} onProblem={setProblem} />}
            />
          )
        }
      </LoadedList>
    </>
  );
}
