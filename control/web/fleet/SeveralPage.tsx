import { useState } from 'react';
import type { ReactNode } from 'react';
import { Button, Checkboxes, Select } from 'nhsuk-react-components';
import type { ConsoleDevice } from '@sallyport/protocol';
import { DeviceStateTag } from '../ui/DeviceState.tsx';
import { ErrorSummary } from '../ui/ErrorSummary.tsx';
import type { FieldError } from '../ui/ErrorSummary.tsx';
import { formField } from '../ui/form-field.ts';
import { useSpeech } from '../ui/Language.tsx';
import { LoadedList } from '../ui/LoadedList.tsx';
import { PageHeading } from '../ui/PageHeading.tsx';
import { useList } from '../ui/use-list.ts';
import { goTo } from '../ui/use-view.ts';
import { checkChoice } from './order-choice.ts';
import { possibleOrders } from './order-draft.ts';
import { OrderForm } from './OrderForm.tsx';

const topics = ['devices'] as const;

/** One order for several laptops: which laptops, then the order. Two different people must approve it. */
export function SeveralPage(): ReactNode {
  const { t } = useSpeech();
  const [list, read] = useList('fleetDevices', {}, topics);
  const [chosen, setChosen] = useState<readonly ConsoleDevice[]>();
  return (
    <>
      <PageHeading words={t('several.heading')} />
      <p>{t('several.twoPeople')}</p>
      {chosen === undefined ? (
        <LoadedList list={list} onRetry={read}>
          {({ devices }) => (
            <Choice devices={devices.filter((device) => possibleOrders(device).length > 0)} onChosen={setChosen} />
          )}
        </LoadedList>
      ) : (
        <>
          <ul data-testid="chosen-laptops">
            {chosen.map(({ id, name, site }) => (
              <li key={id}>
                {name}, {site.name}
              </li>
            ))}
          </ul>
          <p>
            <Button
              type="button"
              small
              secondary
              data-testid="choose-again"
              onClick={() => {
                setChosen(undefined);
              }}
            >
              {t('several.again')}
            </Button>
          </p>
          <OrderForm
            devices={chosen}
            onOrdered={() => {
              goTo('orders');
            }}
          />
        </>
      )}
    </>
  );
}

interface ChoiceProps {
  devices: readonly ConsoleDevice[];
  onChosen: (devices: readonly ConsoleDevice[]) => void;
}

function Choice({ devices, onChosen }: ChoiceProps) {
  const { t } = useSpeech();
  const [site, setSite] = useState('');
  const [ids, setIds] = useState<readonly string[]>([]);
  const [errors, setErrors] = useState<readonly FieldError[]>([]);
  const sites = [...new Map(devices.map((device) => [device.site.id, device.site])).values()];
  const shown = devices.filter((device) => site === '' || device.site.id === site || ids.includes(device.id));
  const choose = () => {
    const checked = checkChoice(devices.filter(({ id }) => ids.includes(id)));
    if (checked.ok) onChosen(checked.value);
    else setErrors([{ field: 'several', words: t(checked.words) }]);
  };
  return (
    <form
      noValidate
      data-testid="several-form"
      onSubmit={(event) => {
        event.preventDefault();
        choose();
      }}
    >
      <ErrorSummary errors={errors} />
      <Select
        id="several-site"
        name="several-site"
        label={t('fleet.site')}
        value={site}
        onChange={(event: { target: { value: string } }) => {
          setSite(event.target.value);
        }}
      >
        <Select.Option value="">{t('several.allSites')}</Select.Option>
        {sites.map(({ id, name }) => (
          <Select.Option key={id} value={id}>
            {name}
          </Select.Option>
        ))}
      </Select>
      <Checkboxes
        {...formField('several', errors, t)}
        idPrefix="several"
        legend={t('several.which')}
        legendProps={{ size: 's' }}
        small
      >
        {shown.map((device, index) => (
          <Checkboxes.Item
            key={device.id}
            id={index === 0 ? 'several' : `several-${device.id}`}
            value={device.id}
            checked={ids.includes(device.id)}
            data-testid="choose-laptop"
            data-device={device.name}
            onChange={() => {
              setIds(ids.includes(device.id) ? ids.filter((id) => id !== device.id) : [...ids, device.id]);
            }}
          >
            {device.name}, {device.site.name} <DeviceStateTag device={device} />
          </Checkboxes.Item>
        ))}
      </Checkboxes>
      <p role="status" data-testid="chosen-count">
        {t('several.chosen', { count: ids.length })}
      </p>
      <Button type="submit" data-testid="several-continue">
        {t('order.continue')}
      </Button>
    </form>
  );
}
