// The calls of libsrtp 3 that the worker makes, answered by libsrtp 2. All cryptography stays libsrtp's own: what differs
// is only how a policy is described, that lengths are size_t, and that input and output are two buffers.
#pragma once

// libsrtp 2 calls a plain structure by the name that libsrtp 3 gives to a handle.
#define srtp_policy_t srtp2_policy_t
#include <srtp2/srtp.h>
#undef srtp_policy_t

#include <climits>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>

// Codes that are new in libsrtp 3. Only the first is ever returned here.
inline constexpr auto srtp_err_status_buffer_small = static_cast<srtp_err_status_t>(28);
inline constexpr auto srtp_err_status_cryptex_err  = static_cast<srtp_err_status_t>(29);

namespace srtp_over_2
{
	struct Policy
	{
		srtp2_policy_t described{};
		unsigned char masterKey[SRTP_MAX_KEY_LEN]{};
	};

	using InPlace = srtp_err_status_t (*)(srtp_t session, void* packet, int* length);

	// libsrtp 2 works in place: copy, then let it.
	inline srtp_err_status_t Convert(
	  InPlace convert,
	  srtp_t session,
	  const uint8_t* input,
	  size_t inputLength,
	  uint8_t* output,
	  size_t* outputLength,
	  size_t growth)
	{
		if (inputLength > INT_MAX - growth || inputLength + growth > *outputLength)
		{
			return srtp_err_status_buffer_small;
		}

		if (input != output)
		{
			std::memmove(output, input, inputLength);
		}

		int length = static_cast<int>(inputLength);
		const auto status = convert(session, output, &length);

		if (status == srtp_err_status_ok)
		{
			*outputLength = static_cast<size_t>(length);
		}

		return status;
	}
} // namespace srtp_over_2

using srtp_policy_t = srtp_over_2::Policy*;

inline srtp_err_status_t srtp_policy_create(srtp_policy_t* policy)
{
	*policy = new (std::nothrow) srtp_over_2::Policy();

	return *policy != nullptr ? srtp_err_status_ok : srtp_err_status_alloc_fail;
}

inline void srtp_policy_destroy(srtp_policy_t policy)
{
	if (policy == nullptr)
	{
		return;
	}

	// Through a volatile reference, so that the compiler cannot leave the key in freed memory.
	for (volatile unsigned char& byte : policy->masterKey)
	{
		byte = 0;
	}

	delete policy;
}

inline srtp_err_status_t srtp_policy_set_ssrc(srtp_policy_t policy, srtp_ssrc_t ssrc)
{
	policy->described.ssrc = ssrc;

	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_policy_set_profile(srtp_policy_t policy, srtp_profile_t profile)
{
	const auto status = srtp_crypto_policy_set_from_profile_for_rtp(&policy->described.rtp, profile);

	return status != srtp_err_status_ok
	         ? status
	         : srtp_crypto_policy_set_from_profile_for_rtcp(&policy->described.rtcp, profile);
}

// The worker gives one master key and no identifier with it; anything else is refused rather than guessed.
inline srtp_err_status_t srtp_policy_add_key(
  srtp_policy_t policy,
  const uint8_t* key,
  size_t keyLength,
  const uint8_t* salt,
  size_t saltLength,
  const uint8_t* /*identifier*/,
  size_t identifierLength)
{
	const bool fits = keyLength <= sizeof(policy->masterKey) && saltLength <= sizeof(policy->masterKey) - keyLength;

	if (!fits || identifierLength != 0 || policy->described.key != nullptr)
	{
		return srtp_err_status_bad_param;
	}

	std::memcpy(policy->masterKey, key, keyLength);
	std::memcpy(policy->masterKey + keyLength, salt, saltLength);
	policy->described.key = policy->masterKey;

	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_policy_set_allow_repeat_tx(srtp_policy_t policy, bool allow)
{
	policy->described.allow_repeat_tx = allow ? 1 : 0;

	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_policy_set_window_size(srtp_policy_t policy, size_t packets)
{
	policy->described.window_size = packets;

	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_create(srtp_t* session, srtp_policy_t policy)
{
	const srtp2_policy_t* described = &policy->described;

	return srtp_create(session, described);
}

// Both versions take the identifier as it is on the wire.
inline srtp_err_status_t srtp_stream_remove(srtp_t session, uint32_t ssrc)
{
	return srtp_remove_stream(session, ssrc);
}

inline srtp_err_status_t srtp_protect(
  srtp_t session, const uint8_t* rtp, size_t rtpLength, uint8_t* srtp, size_t* srtpLength, size_t /*key*/)
{
	return srtp_over_2::Convert(srtp_protect, session, rtp, rtpLength, srtp, srtpLength, SRTP_MAX_TRAILER_LEN);
}

inline srtp_err_status_t srtp_protect_rtcp(
  srtp_t session, const uint8_t* rtcp, size_t rtcpLength, uint8_t* srtcp, size_t* srtcpLength, size_t /*key*/)
{
	// Four more bytes: the packet's index travels with it.
	constexpr size_t growth = SRTP_MAX_TRAILER_LEN + 4;

	return srtp_over_2::Convert(srtp_protect_rtcp, session, rtcp, rtcpLength, srtcp, srtcpLength, growth);
}

inline srtp_err_status_t srtp_unprotect(
  srtp_t session, const uint8_t* srtp, size_t srtpLength, uint8_t* rtp, size_t* rtpLength)
{
	return srtp_over_2::Convert(srtp_unprotect, session, srtp, srtpLength, rtp, rtpLength, 0);
}

inline srtp_err_status_t srtp_unprotect_rtcp(
  srtp_t session, const uint8_t* srtcp, size_t srtcpLength, uint8_t* rtcp, size_t* rtcpLength)
{
	return srtp_over_2::Convert(srtp_unprotect_rtcp, session, srtcp, srtcpLength, rtcp, rtcpLength, 0);
}
