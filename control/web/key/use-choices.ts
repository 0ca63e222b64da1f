import type { ConsoleAppointment } from '@sallyport/protocol';
import type { Loaded } from '../ui/use-list.ts';
import { useList } from '../ui/use-list.ts';
import { choicesOf } from './choices.ts';
import type { Choices } from './choices.ts';

const deviceTopics = ['devices'] as const;
const noTopics = [] as const;

/**
 * Whom and what can be booked, from control.
 * @param booked an appointment whose own laptop and consultant stay choices
 */
export function useChoices(booked?: ConsoleAppointment): [Loaded<Choices>, () => void] {
  const [devices, readDevices] = useList('siteDevices', {}, deviceTopics, true);
  const [consultants, readConsultants] = useList('consultants', {}, noTopics, true);
  const read = () => {
    readDevices();
    readConsultants();
  };
  if (devices.state !== 'loaded') return [devices, read];
  if (consultants.state !== 'loaded') return [consultants, read];
  const value = choicesOf(devices.value.devices, consultants.value.consultants, booked);
  return [{ state: 'loaded', value, trouble: devices.trouble ?? consultants.trouble }, read];
}
