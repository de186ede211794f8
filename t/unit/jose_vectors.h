
/* Made by t/unit/data/jose.pl. */

#ifndef JOSE_VECTORS_H
#define JOSE_VECTORS_H


#define JOSE_JWKS \
    "{\"keys\":[{\"e\":\"AQAB\",\"kid\":\"r\",\"kty\":\"RSA\",\"n\":\"27eUv" \
    "znrFuj69rujEcO_49iluYP7qycJEXXnBa7rFqNwj8JDvCpBOYknnLSEyiS1kSawEr5cvth" \
    "mjrP0cqPc3RMYy84SF4GY28se0DD7KC2kYmgaKIWWz8vXPY7laM5NQbY70iFx8mlernzwi" \
    "spUa9uHtmHUeNhwIMXAO5niwnNy3SKkZtf8dH7nPhpKZX6fybu-n32xay3e3W7JWwjZqTZ" \
    "Jo1sGLlYoKClUw_4SJUX3S4VW2Nx_vy3Tg62YRPuFAUxq5lGqx1GeAcR5DuuPhAbUxBR7H" \
    "yEzmTiQiPCaTcwD99stC1AsbheOaytPJ27QltfWSM_LzXr-NyPje-k98w\"},{\"crv\":" \
    "\"P-256\",\"kid\":\"e\",\"kty\":\"EC\",\"x\":\"k93JfvX-tRlzLZzjExC66FN" \
    "lPt8-_c8D_OQ1PsHEiX4\",\"y\":\"RNj9aHsL4RFUdiKb9a0tx-FcRWKPiYNOGUd3XqA" \
    "Bm8Y\"},{\"crv\":\"Ed25519\",\"kid\":\"d\",\"kty\":\"OKP\",\"x\":\"9hI" \
    "e1hMyDCnPYZ5dykDFEoAn2JzoTzNsn-4PvwL7L9g\"}]}"

#define JOSE_JWK_RSA \
    "{\"e\":\"AQAB\",\"kty\":\"RSA\",\"n\":\"27eUvznrFuj69rujEcO_49iluYP7qy" \
    "cJEXXnBa7rFqNwj8JDvCpBOYknnLSEyiS1kSawEr5cvthmjrP0cqPc3RMYy84SF4GY28se" \
    "0DD7KC2kYmgaKIWWz8vXPY7laM5NQbY70iFx8mlernzwispUa9uHtmHUeNhwIMXAO5niwn" \
    "Ny3SKkZtf8dH7nPhpKZX6fybu-n32xay3e3W7JWwjZqTZJo1sGLlYoKClUw_4SJUX3S4VW" \
    "2Nx_vy3Tg62YRPuFAUxq5lGqx1GeAcR5DuuPhAbUxBR7HyEzmTiQiPCaTcwD99stC1Asbh" \
    "eOaytPJ27QltfWSM_LzXr-NyPje-k98w\"}"

#define JOSE_JWK_OTHER \
    "{\"e\":\"AQAB\",\"kty\":\"RSA\",\"n\":\"6czw4Ve9g6_2AUpHF53B51p6yqIqvH" \
    "kgt3hAnAFi6Dc6PV_kBDYM20QmtlaLIruakFQTg_IbohL8ZTqggivEa83y6iUAPJgePRPq" \
    "AihqZ_-Hr9QyalcofTJA-hlVag0kiYKDpjzqGh21gR9Sb7d8qENkZ8Aun2kLqYDsfLiMqv" \
    "Uo-zIy_h_eGPGIoU56ikTFX7Z7PMyovG2eegB-Mmed3DKhwJwH5u12AFtE4k5_f2h8JnUE" \
    "NE-vjVahttLw-ha6UqaXKOzLE2DcuUbvh_jLRq5BeMVeWvJUo--KPuD__eY4onNEMUFE3_" \
    "wBZB1EiAziLw3IKDUiCtbymtXw1HCHWw\"}"

#define JOSE_JWK_SMALL \
    "{\"e\":\"AQAB\",\"kty\":\"RSA\",\"n\":\"vcVabCD8EGsw9uPN9uBuHFURV-XVrN" \
    "-Nn13Hci7OX1BuOx6aubojAgwy1WG6Gd7R5upfRRxIuy5XqKgJViaGUUNIa2lRoZVMmJyw" \
    "BMj_B3sefVIamoV_Zex-Nr3G5mfdBCiH90rYhzztMFYfF_pjTVWlNOW9ZJ16a0L5AJIAFq" \
    "M\"}"

#define JOSE_JWK_EC \
    "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"k93JfvX-tRlzLZzjExC66FNlPt8-" \
    "_c8D_OQ1PsHEiX4\",\"y\":\"RNj9aHsL4RFUdiKb9a0tx-FcRWKPiYNOGUd3XqABm8Y" \
    "\"}"

#define JOSE_JWK_ED \
    "{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"9hIe1hMyDCnPYZ5dykDFEoAn2" \
    "JzoTzNsn-4PvwL7L9g\"}"

#define JOSE_RS256 \
    "eyJhbGciOiJSUzI1NiIsImtpZCI6InIiLCJ0eXAiOiJKV1QifQ.eyJhdWQiOiJuZ2lueCI" \
    "sImVtYWlsIjoiYWxpY2VAYWNtZS5leGFtcGxlIiwiZW1haWxfdmVyaWZpZWQiOnRydWUsI" \
    "mV4cCI6MTgwMDAwMDMwMCwiZ3JvdXBzIjpbInN0YWZmIiwiYWRtaW4iXSwiaWF0IjoxODA" \
    "wMDAwMDAwLCJpc3MiOiJodHRwczovL29wLmV4YW1wbGUiLCJuYW1lIjoiQWxpY2UiLCJub" \
    "25jZSI6Im4tMFM2X1d6QTJNaiIsInN1YiI6ImFsaWNlIn0.LLSVdF-ypKEaXQXZ1dDnUx9" \
    "QjD4cLLlf5UJBMJbUghafNRePcsv3L9RWeAC2-vHytUhSE4lq8LDmFPIBu72P_JEY_YTFC" \
    "qj4PSk1g18iJ5f3pPz-npl9A2A3gdRvSWxXFbWPkS_qZWDG6xpzIr_Ew-GqSeL811XW4Je" \
    "Y65aJbhgLhLUjwcQCApB7vmPZK3kuKNlwLh1VGvf_uMkQfx9DqdeHjjeXW16OA_GdytPEk" \
    "aizucal7lGkxQzYNHRArzR4_g0o-IKgEwS1QeY__6OH1cKnnUwmgiV4bk0cf6Cicv7D6j8" \
    "rl4By6H21Zq-WO3u3YJRJwErW7rFN-z5b1OFq6A"

#define JOSE_PS256 \
    "eyJhbGciOiJQUzI1NiIsImtpZCI6InIifQ.eyJhdWQiOiJuZ2lueCIsImVtYWlsIjoiYWx" \
    "pY2VAYWNtZS5leGFtcGxlIiwiZW1haWxfdmVyaWZpZWQiOnRydWUsImV4cCI6MTgwMDAwM" \
    "DMwMCwiZ3JvdXBzIjpbInN0YWZmIiwiYWRtaW4iXSwiaWF0IjoxODAwMDAwMDAwLCJpc3M" \
    "iOiJodHRwczovL29wLmV4YW1wbGUiLCJuYW1lIjoiQWxpY2UiLCJub25jZSI6Im4tMFM2X" \
    "1d6QTJNaiIsInN1YiI6ImFsaWNlIn0.HZI1SKIWBz63zfwdIKPnLS38UQigffF22phW4MG" \
    "EINqpzgSHK0hC9Pr9fb7NYJoBW33u_aLM-5kksREKdyYvveuPBPdb22femIGkFIJXCnoEJ" \
    "DheUz7D4N5qvHdySFEskzlCMk00s20V3ucXTlPIwPoxd7qYrcbWQWj7lHJbS87L1DaDA3k" \
    "eByNedQ9BeFhtKFZ_mL7vwygWJk0uu4ZPD0-TSBOz1fF-Lm0Mp2jWeIGn-yRBuHQ2c3ROM" \
    "7ADMKMluYFvi-dfOrTo2C669lz-2qBLUJxQfpKUCK1kEHTG16XNGyoduZHs3arENE6BxL3" \
    "CadpLuVmLXFtI18ZE0PHqIg"

#define JOSE_ES256 \
    "eyJraWQiOiJlIiwiYWxnIjoiRVMyNTYifQ.eyJhdWQiOiJuZ2lueCIsImVtYWlsIjoiYWx" \
    "pY2VAYWNtZS5leGFtcGxlIiwiZW1haWxfdmVyaWZpZWQiOnRydWUsImV4cCI6MTgwMDAwM" \
    "DMwMCwiZ3JvdXBzIjpbInN0YWZmIiwiYWRtaW4iXSwiaWF0IjoxODAwMDAwMDAwLCJpc3M" \
    "iOiJodHRwczovL29wLmV4YW1wbGUiLCJuYW1lIjoiQWxpY2UiLCJub25jZSI6Im4tMFM2X" \
    "1d6QTJNaiIsInN1YiI6ImFsaWNlIn0.ms0LNDURB0SsBwm-FZhT8eq_24TDai-Fp0VMujh" \
    "Dt6dPht0sctdbfajCPlmxOV1iSpPvp3uNfbpYtZum5apJ0w"

#define JOSE_EDDSA \
    "eyJraWQiOiJkIiwiYWxnIjoiRWREU0EifQ.eyJhdWQiOiJuZ2lueCIsImVtYWlsIjoiYWx" \
    "pY2VAYWNtZS5leGFtcGxlIiwiZW1haWxfdmVyaWZpZWQiOnRydWUsImV4cCI6MTgwMDAwM" \
    "DMwMCwiZ3JvdXBzIjpbInN0YWZmIiwiYWRtaW4iXSwiaWF0IjoxODAwMDAwMDAwLCJpc3M" \
    "iOiJodHRwczovL29wLmV4YW1wbGUiLCJuYW1lIjoiQWxpY2UiLCJub25jZSI6Im4tMFM2X" \
    "1d6QTJNaiIsInN1YiI6ImFsaWNlIn0.gGZQWxJ9iDL6qdUmNAbLTjKnTxWIF6_8dZLhajm" \
    "8EN78azBUka2bQVn04JGzKHwp6J3Ql7Pz0rel16uwIYk8BA"

#define JOSE_PS256_SALT_32 \
    "eyJhbGciOiJQUzI1NiIsImtpZCI6InIifQ.eyJhdWQiOiJuZ2lueCIsImVtYWlsIjoiYWx" \
    "pY2VAYWNtZS5leGFtcGxlIiwiZW1haWxfdmVyaWZpZWQiOnRydWUsImV4cCI6MTgwMDAwM" \
    "DMwMCwiZ3JvdXBzIjpbInN0YWZmIiwiYWRtaW4iXSwiaWF0IjoxODAwMDAwMDAwLCJpc3M" \
    "iOiJodHRwczovL29wLmV4YW1wbGUiLCJuYW1lIjoiQWxpY2UiLCJub25jZSI6Im4tMFM2X" \
    "1d6QTJNaiIsInN1YiI6ImFsaWNlIn0.qpHZaEQpA7_WKBhBxihnEhvv0YijtMZOj4uajxM" \
    "2NVOO2dfyQKhz4LbcKuybHt_8la7CcsD6Zn0fsAOni8Wo35JEfyRA1EAg3jPoRGsbqLmMv" \
    "mHHJS1AsHD6Uk4Gfm8xHDlOmOo_aYtTqo9ZVp0DwgsD5BlNM7MxbF_oZe8A0xPMPsOjgHN" \
    "lQxIeeLOzfkd758DhTW3m0puL3lqWTBih7lr4ikeLHED7FuYfDR9hwPN5Apq6G-3RVA2el" \
    "JgqczLmRWuml0wvy_x2fLyqI58LkBDdVcLMk4UqCY4oDaZP4WLA00uFqudiXJcLHhjdStW" \
    "qiE11P41X191velrzv2lZ8g"

#define JOSE_PS256_SALT_0 \
    "eyJhbGciOiJQUzI1NiIsImtpZCI6InIifQ.eyJhdWQiOiJuZ2lueCIsImVtYWlsIjoiYWx" \
    "pY2VAYWNtZS5leGFtcGxlIiwiZW1haWxfdmVyaWZpZWQiOnRydWUsImV4cCI6MTgwMDAwM" \
    "DMwMCwiZ3JvdXBzIjpbInN0YWZmIiwiYWRtaW4iXSwiaWF0IjoxODAwMDAwMDAwLCJpc3M" \
    "iOiJodHRwczovL29wLmV4YW1wbGUiLCJuYW1lIjoiQWxpY2UiLCJub25jZSI6Im4tMFM2X" \
    "1d6QTJNaiIsInN1YiI6ImFsaWNlIn0.YHJCpKXEwhK0TmGeRzTjnG7286fnOlxJTS-BCeb" \
    "eVYg7xKjZ7oBh3GBFTE-UrTQr9pPD7w1auuu6ySMqTl1e6g0g0aeblk4VvUnXubDJgzQ9Y" \
    "kxknW6E9oudR8Vk2k8F4zw5yksvcitgxXg3gWK9y7WRP4YtCb-UYWz_R0qXUkh9BDqY0oA" \
    "T4F1MVlOvrQYU8zabPtdHZ0xMPPN7T3fKfbpmaUyfj14wqpcS2dfl17_FBMm7zGKhqR253" \
    "zaWpnoqu4H8eq9GtqzEXJ5r1i9XmZKmFVsgU0AAN2DTpNSxEFqKx8Lv_yzR77Pb71MA_2j" \
    "vop3hu1ILInNh4PbbQfxM4A"

#define JOSE_PS256_SALT_64 \
    "eyJhbGciOiJQUzI1NiIsImtpZCI6InIifQ.eyJhdWQiOiJuZ2lueCIsImVtYWlsIjoiYWx" \
    "pY2VAYWNtZS5leGFtcGxlIiwiZW1haWxfdmVyaWZpZWQiOnRydWUsImV4cCI6MTgwMDAwM" \
    "DMwMCwiZ3JvdXBzIjpbInN0YWZmIiwiYWRtaW4iXSwiaWF0IjoxODAwMDAwMDAwLCJpc3M" \
    "iOiJodHRwczovL29wLmV4YW1wbGUiLCJuYW1lIjoiQWxpY2UiLCJub25jZSI6Im4tMFM2X" \
    "1d6QTJNaiIsInN1YiI6ImFsaWNlIn0.JPYqD4Ydsu-q3MHGtFUVTwYs7pU61QTPfbbDvDt" \
    "R2VDppn9mR2V0bNGVqtfz7uB8iSBHEfSa077uEuWoIKSUAcrf9ZUih05RLrNQJCXZQcFWB" \
    "CDQviUYQKjV6pCf3xtbCE_dPFeO_o814g6ndYKAZjpYBc1YBQIbu7Gf6PB4Fu_2gwKwHk6" \
    "R6HVK5OGDPZIJzMdnPt2lHb-FobF5uyW9wo6bTig1o8qkPI6_21lbxEdgcf6dH3_78z20s" \
    "iSB1RqYgB-D_rWYx4TYpI2kZJFhsP_t6KHXO0dURpQcexglnpiHdUTIQXXiBFU7nAzj3a8" \
    "bm0fhSfBtP1H4x60435O-YA"

#define JOSE_RS256_NO_KID \
    "eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJuZ2lueCIsImVtYWlsIjoiYWxpY2VAYWNtZS5le" \
    "GFtcGxlIiwiZW1haWxfdmVyaWZpZWQiOnRydWUsImV4cCI6MTgwMDAwMDMwMCwiZ3JvdXB" \
    "zIjpbInN0YWZmIiwiYWRtaW4iXSwiaWF0IjoxODAwMDAwMDAwLCJpc3MiOiJodHRwczovL" \
    "29wLmV4YW1wbGUiLCJuYW1lIjoiQWxpY2UiLCJub25jZSI6Im4tMFM2X1d6QTJNaiIsInN" \
    "1YiI6ImFsaWNlIn0.LRsRM9o8JWRDo9vqiwM4d4KhighPvxsd4RRJgKoJKNwRQdMGcfugN" \
    "erh0iDAajWZYZ0ziOSF513FxxjIm-moOfhVldHTGfiqLGv64ORw6PBnPO6YLyl6RFOH1v9" \
    "BxuMq_qBHCjfhkhy-DyWtcLCDL2gqZHO6tiz9skNofYV9tTC3_3kcVesJ2-66MNZLMIdVF" \
    "e2yV7h-LtQ-bc30Zx0mQeYpOpe-FFgA-3RBvwg3kZrALbR_HBvwaVAipgINoYZ_l1HMco1" \
    "8_EjaTU8T2AcSsoFHhm9Y6a5eE5NH3smXRVGhdZnd335itgrTuMI471WGuMKslXzUgpTEq" \
    "_OeC1kOmw"

#define JOSE_RS256_OTHER \
    "eyJraWQiOiJyIiwiYWxnIjoiUlMyNTYifQ.eyJhdWQiOiJuZ2lueCIsImVtYWlsIjoiYWx" \
    "pY2VAYWNtZS5leGFtcGxlIiwiZW1haWxfdmVyaWZpZWQiOnRydWUsImV4cCI6MTgwMDAwM" \
    "DMwMCwiZ3JvdXBzIjpbInN0YWZmIiwiYWRtaW4iXSwiaWF0IjoxODAwMDAwMDAwLCJpc3M" \
    "iOiJodHRwczovL29wLmV4YW1wbGUiLCJuYW1lIjoiQWxpY2UiLCJub25jZSI6Im4tMFM2X" \
    "1d6QTJNaiIsInN1YiI6ImFsaWNlIn0.zruYAwZCltK24tGpnvyD0HJGIzYp3dmM2A9XiLm" \
    "_1ujJw5bNudEv3PEZSNRnttCucjX6RU1vZKWrVAzTBUu_qu4WO1ttkPJhW66lJV5lFHQB4" \
    "nISbVPW1zKBlJc0NQqkijq7gDb5U1bVOc-jvJTOLe6knAJEKtzji5skAeXTGJH942WWc5v" \
    "qo14r-G5ywcZL4wnXCrF8BmJ4khNOBU_pqQ0UJLMweRP04h-2mXbs8ek4FvwM17-TuFkKw" \
    "YLzfs1yM30YJvo__Tmne6GUFaNPBoFZnDXnIjz4OPOsraQ98f6W0jnoQhkA2kAMqXPchPa" \
    "rApTwOvlV4ykWm4b48pK3Vg"

#define JOSE_NONE \
    "eyJhbGciOiJub25lIiwia2lkIjoiciJ9.eyJhdWQiOiJuZ2lueCIsImVtYWlsIjoiYWxpY" \
    "2VAYWNtZS5leGFtcGxlIiwiZW1haWxfdmVyaWZpZWQiOnRydWUsImV4cCI6MTgwMDAwMDM" \
    "wMCwiZ3JvdXBzIjpbInN0YWZmIiwiYWRtaW4iXSwiaWF0IjoxODAwMDAwMDAwLCJpc3MiO" \
    "iJodHRwczovL29wLmV4YW1wbGUiLCJuYW1lIjoiQWxpY2UiLCJub25jZSI6Im4tMFM2X1d" \
    "6QTJNaiIsInN1YiI6ImFsaWNlIn0."

#define JOSE_RS512 \
    "eyJhbGciOiJSUzUxMiIsImtpZCI6InIifQ.eyJhdWQiOiJuZ2lueCIsImVtYWlsIjoiYWx" \
    "pY2VAYWNtZS5leGFtcGxlIiwiZW1haWxfdmVyaWZpZWQiOnRydWUsImV4cCI6MTgwMDAwM" \
    "DMwMCwiZ3JvdXBzIjpbInN0YWZmIiwiYWRtaW4iXSwiaWF0IjoxODAwMDAwMDAwLCJpc3M" \
    "iOiJodHRwczovL29wLmV4YW1wbGUiLCJuYW1lIjoiQWxpY2UiLCJub25jZSI6Im4tMFM2X" \
    "1d6QTJNaiIsInN1YiI6ImFsaWNlIn0.z7sMlA-h3N4Z7-d6wqnBkWpV-_iscCTRMMJzVio" \
    "7RFyJ05Mjpt3_oj31ZJAoLOf6NE4HO9prhIZYIB7zUW4KT-lXlWOUkuk4NyjiotTkB6ODm" \
    "zB7MmJUkcdUYM0SrKf_WjFrM-J5k6eTN1_LsgXppnuuDfXSg6gUhkfvs9_vac_xh8rjsy6" \
    "IluqgonAa8rmW9clkp6XPYqyIk0UwtizrHchamN2DCe_RqYeDlNHMkOZwhl5WKgT_C_wBx" \
    "dYzBvQj6EWgGbJPockyRSn12J4AT76zqQqZOPumc0ttZ4WzuE2Szgw7aazNcrvyOTg8vzS" \
    "kmmhgSbBb8a1U-6yf6lHS-w"

#define JOSE_HS256 \
    "eyJhbGciOiJIUzI1NiIsImtpZCI6InIifQ.eyJhdWQiOiJuZ2lueCIsImVtYWlsIjoiYWx" \
    "pY2VAYWNtZS5leGFtcGxlIiwiZW1haWxfdmVyaWZpZWQiOnRydWUsImV4cCI6MTgwMDAwM" \
    "DMwMCwiZ3JvdXBzIjpbInN0YWZmIiwiYWRtaW4iXSwiaWF0IjoxODAwMDAwMDAwLCJpc3M" \
    "iOiJodHRwczovL29wLmV4YW1wbGUiLCJuYW1lIjoiQWxpY2UiLCJub25jZSI6Im4tMFM2X" \
    "1d6QTJNaiIsInN1YiI6ImFsaWNlIn0.WEJViw-BPorAOgfDBlZf810Fy6nqF6MZ1Hafk3-" \
    "zFCQ"

#define JOSE_HS256_JWK \
    "eyJraWQiOiJyIiwiYWxnIjoiSFMyNTYifQ.eyJhdWQiOiJuZ2lueCIsImVtYWlsIjoiYWx" \
    "pY2VAYWNtZS5leGFtcGxlIiwiZW1haWxfdmVyaWZpZWQiOnRydWUsImV4cCI6MTgwMDAwM" \
    "DMwMCwiZ3JvdXBzIjpbInN0YWZmIiwiYWRtaW4iXSwiaWF0IjoxODAwMDAwMDAwLCJpc3M" \
    "iOiJodHRwczovL29wLmV4YW1wbGUiLCJuYW1lIjoiQWxpY2UiLCJub25jZSI6Im4tMFM2X" \
    "1d6QTJNaiIsInN1YiI6ImFsaWNlIn0.qxlVmdou3uqqigDkF8sHGxuPld4PJv25reZ9jDH" \
    "pB3k"

#define JOSE_EMBEDDED \
    "eyJqd2siOnsibiI6IjZjenc0VmU5ZzZfMkFVcEhGNTNCNTFwNnlxSXF2SGtndDNoQW5BRm" \
    "k2RGM2UFZfa0JEWU0yMFFtdGxhTElydWFrRlFUZ19JYm9oTDhaVHFnZ2l2RWE4M3k2aVVB" \
    "UEpnZVBSUHFBaWhxWl8tSHI5UXlhbGNvZlRKQS1obFZhZzBraVlLRHBqenFHaDIxZ1I5U2" \
    "I3ZDhxRU5rWjhBdW4ya0xxWURzZkxpTXF2VW8tekl5X2hfZUdQR0lvVTU2aWtURlg3WjdQ" \
    "TXlvdkcyZWVnQi1NbWVkM0RLaHdKd0g1dTEyQUZ0RTRrNV9mMmg4Sm5VRU5FLXZqVmFodH" \
    "RMdy1oYTZVcWFYS096TEUyRGN1VWJ2aF9qTFJxNUJlTVZlV3ZKVW8tLUtQdURfX2VZNG9u" \
    "TkVNVUZFM193QlpCMUVpQXppTHczSUtEVWlDdGJ5bXRYdzFIQ0hXdyIsImt0eSI6IlJTQS" \
    "IsImUiOiJBUUFCIn0sImFsZyI6IlJTMjU2In0.eyJhdWQiOiJuZ2lueCIsImVtYWlsIjoi" \
    "YWxpY2VAYWNtZS5leGFtcGxlIiwiZW1haWxfdmVyaWZpZWQiOnRydWUsImV4cCI6MTgwMD" \
    "AwMDMwMCwiZ3JvdXBzIjpbInN0YWZmIiwiYWRtaW4iXSwiaWF0IjoxODAwMDAwMDAwLCJp" \
    "c3MiOiJodHRwczovL29wLmV4YW1wbGUiLCJuYW1lIjoiQWxpY2UiLCJub25jZSI6Im4tMF" \
    "M2X1d6QTJNaiIsInN1YiI6ImFsaWNlIn0.paH5tVpCEdzIF8jx1h1HKACWSorR7TqJ8Nau" \
    "AWsgkd5zxXyhGnE_tV0MuB3bGISWqVL_c05Ev_65Tn6AsgMQzlsjOyGzak39i-24FvAEQO" \
    "AIDaaki5Kpot2U1U-k4dIamiTbDUhHXSml_UR0rT-MvtVJUMe27YVATgBB56k_dPPocDrG" \
    "wsJZBqEo7FcdIFnDCanCVe8g3iQNPVP8qwdumar37bKVoz7JnlGT8AJNoEiKCzfWZj2R7s" \
    "I243dPcZ0WgOHFPgMgoapZPpEi8zdfTu2pDj7ukuoaAmSP1X9H1WD_nt-8QLkakYFT0Nif" \
    "kyuWWQcbCWeA_YeftN0-FQKG3g"

#define JOSE_JKU \
    "eyJqa3UiOiJodHRwczovL2V2aWwuZXhhbXBsZS9qd2tzIiwiYWxnIjoiUlMyNTYiLCJraW" \
    "QiOiJyIn0.eyJhdWQiOiJuZ2lueCIsImVtYWlsIjoiYWxpY2VAYWNtZS5leGFtcGxlIiwi" \
    "ZW1haWxfdmVyaWZpZWQiOnRydWUsImV4cCI6MTgwMDAwMDMwMCwiZ3JvdXBzIjpbInN0YW" \
    "ZmIiwiYWRtaW4iXSwiaWF0IjoxODAwMDAwMDAwLCJpc3MiOiJodHRwczovL29wLmV4YW1w" \
    "bGUiLCJuYW1lIjoiQWxpY2UiLCJub25jZSI6Im4tMFM2X1d6QTJNaiIsInN1YiI6ImFsaW" \
    "NlIn0.j6p_Hl-E2TDoZ4pxpo9eAcOIvWpRSUqbrUhgeike93TxOvbGH049f1QGiskg2fSQ" \
    "XjeyhdF-jQq9hYmvn34-l2IZT7WvFZ8LHbk8E1evN1JauT8tu12iRFNJh5EGNcY4VevGm9" \
    "xBMcObfWzrkdMDc8YrWJoHU51gYf9HxakomjbKPa8iSVVzu4MNjqjr5_o1WFmkSHWwwZNv" \
    "h-4hWshrRdZygnqdOnRchErUp8fqOZcskpW9jTjYDn_fsnGw1YMVSyBq9zeUa6zzwdupYi" \
    "dfcOGBkV-jNow2-5VhWScRlNyJGLaUr7Q7grVRP7qDX1oECEXWLpXGGGNuNjjCt6677Q"

#define JOSE_X5U \
    "eyJ4NXUiOiJodHRwczovL2V2aWwuZXhhbXBsZS94NXUiLCJhbGciOiJSUzI1NiIsImtpZC" \
    "I6InIifQ.eyJhdWQiOiJuZ2lueCIsImVtYWlsIjoiYWxpY2VAYWNtZS5leGFtcGxlIiwiZ" \
    "W1haWxfdmVyaWZpZWQiOnRydWUsImV4cCI6MTgwMDAwMDMwMCwiZ3JvdXBzIjpbInN0YWZ" \
    "mIiwiYWRtaW4iXSwiaWF0IjoxODAwMDAwMDAwLCJpc3MiOiJodHRwczovL29wLmV4YW1wb" \
    "GUiLCJuYW1lIjoiQWxpY2UiLCJub25jZSI6Im4tMFM2X1d6QTJNaiIsInN1YiI6ImFsaWN" \
    "lIn0.I1KbrjBHfDBmlOhwHGELHiiVMq74FkM9t2vf5Wa2cwyBIcg1fBbr5yUx9RLswBLl-" \
    "MFpQuOMkEohwhGkYEoJ4x54Un-d7-6-Tzm-XNJtbuv2HjabHv3ydbl5hNE0KSN--WNUz2J" \
    "yKfpxWNRAFwDdvDRxYaCxcF4kKG_k3AOZJF6ZpAGt1AanImcQq7Ooabf7yl5T0xWGB_xfo" \
    "3P3e7aTk7ufMzGnsWe5dMX03TCy1lSEzAptq0p4BlgX9lyuyqApCFhglrd4zZ5SDgVSfe9" \
    "O2tMJlvXZENm9NsN1wZ0T6fxZY_BmLRTCXunhCVWdajCNkieKjwFjFrXRMPq0KwE64g"

#define JOSE_X5C \
    "eyJraWQiOiJyIiwiYWxnIjoiUlMyNTYiLCJ4NWMiOlsiTUlJQiJdfQ.eyJhdWQiOiJuZ2l" \
    "ueCIsImVtYWlsIjoiYWxpY2VAYWNtZS5leGFtcGxlIiwiZW1haWxfdmVyaWZpZWQiOnRyd" \
    "WUsImV4cCI6MTgwMDAwMDMwMCwiZ3JvdXBzIjpbInN0YWZmIiwiYWRtaW4iXSwiaWF0Ijo" \
    "xODAwMDAwMDAwLCJpc3MiOiJodHRwczovL29wLmV4YW1wbGUiLCJuYW1lIjoiQWxpY2UiL" \
    "CJub25jZSI6Im4tMFM2X1d6QTJNaiIsInN1YiI6ImFsaWNlIn0.dxYVKdtUN22QmGK2AOk" \
    "rLGZXb6I2hL6ITxfWGRAkZQFV2RuTjLCIM0SIt9kQivosJJV4s8JVn-nWXlfxaFRKnkVg5" \
    "W0lBOO5s8EGQ6AVhnJ6JQxehbi8oTt5fsmDAirXgc83YAn9dKNpkq1LiM5CaZzRwaSHKP5" \
    "odAbIWzJnDkWEL5O5bb2gNh2IozBOjWqn0KJcmuJA-XA5W3xLKaNtnrfLw6aJODodurzp_" \
    "2IjTPKsEd7Hb38eRHx-VlkrLQfi6yytznCiSI-0kY2327RA-MfItK6-wGFx3ncBwvUXQrs" \
    "jHC4mCQcjhd4XukkPKwa5J4w48-hD2kg8c_aBtKFDcw"

#define JOSE_CRIT \
    "eyJraWQiOiJyIiwiYWxnIjoiUlMyNTYiLCJjcml0IjpbImV4cCJdfQ.eyJhdWQiOiJuZ2l" \
    "ueCIsImVtYWlsIjoiYWxpY2VAYWNtZS5leGFtcGxlIiwiZW1haWxfdmVyaWZpZWQiOnRyd" \
    "WUsImV4cCI6MTgwMDAwMDMwMCwiZ3JvdXBzIjpbInN0YWZmIiwiYWRtaW4iXSwiaWF0Ijo" \
    "xODAwMDAwMDAwLCJpc3MiOiJodHRwczovL29wLmV4YW1wbGUiLCJuYW1lIjoiQWxpY2UiL" \
    "CJub25jZSI6Im4tMFM2X1d6QTJNaiIsInN1YiI6ImFsaWNlIn0.RR-9VB-XS-zGx3dwy-_" \
    "K6L_HQ7_9SRs-xcjKaIYx2EUkZ0_2-JESwVuSERUmpppFQntkWcmjVLhbPhFohgOoXTkys" \
    "iM2g0xzxzZfWtK39HTAc-YI7W58e3bvM1tp4MhZOplF6boIN4zp9-YASdeNcB8kzrkET4W" \
    "OrFnNnDWWiOuNu8_Udw-mURZG9CGY455i1o4lVWcq0TD0TDwVAtK-H7B5m2hbr0t065Im8" \
    "W89D2UbudISwF1PNQwVExwywlXZgE7JA9_RnLxEUZgwik733l1xMKnESgJDeIVjKkEpvPF" \
    "ajIF-lZhkjIF4JWMQPzImVOKsq25GSc36go_3SZvM4Q"

#define JOSE_LOGOUT_TYPE \
    "eyJ0eXAiOiJsb2dvdXQrand0IiwiYWxnIjoiUlMyNTYiLCJraWQiOiJyIn0.eyJhdWQiOi" \
    "JuZ2lueCIsImVtYWlsIjoiYWxpY2VAYWNtZS5leGFtcGxlIiwiZW1haWxfdmVyaWZpZWQi" \
    "OnRydWUsImV4cCI6MTgwMDAwMDMwMCwiZ3JvdXBzIjpbInN0YWZmIiwiYWRtaW4iXSwiaW" \
    "F0IjoxODAwMDAwMDAwLCJpc3MiOiJodHRwczovL29wLmV4YW1wbGUiLCJuYW1lIjoiQWxp" \
    "Y2UiLCJub25jZSI6Im4tMFM2X1d6QTJNaiIsInN1YiI6ImFsaWNlIn0.ezZFoWb3OfZUyT" \
    "CIusPY-8MeXNw7tujE5M40ETq7sHnubFY7wzFxRq7rEnoR7UuxKbDzZhPBZQDk1KAOEz3o" \
    "JkJbF5BqKigxGlfGNZQozAPvDmosySganSVRWM_BADLTGG49pDbUfWwIcl6MsCKqMXXpBk" \
    "qG3wfdcNnn9joX2EQkJp9gKwHgu0PfdSQ3Gy9VpyoQirPtjGu_VGQOm7xx8qR8oxDuaATP" \
    "NErJ9HnJ128NknCdgolAMGx-TbCeqMs2sIB_Aw6-mUziN8qKtSgd29AIsUyte3H3z13sc-" \
    "vBXwH0JL5pMX-cJIAQkl-tLNhyef73wxbm2ZiAyDExFCVphg"

#define JOSE_PEM_RSA \
    "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA27eUvznrFuj69rujEcO/4" \
    "9iluYP7qycJEXXnBa7rFqNwj8JD\nvCpBOYknnLSEyiS1kSawEr5cvthmjrP0cqPc3RMYy" \
    "84SF4GY28se0DD7KC2kYmga\nKIWWz8vXPY7laM5NQbY70iFx8mlernzwispUa9uHtmHUe" \
    "NhwIMXAO5niwnNy3SKk\nZtf8dH7nPhpKZX6fybu+n32xay3e3W7JWwjZqTZJo1sGLlYoK" \
    "ClUw/4SJUX3S4VW\n2Nx/vy3Tg62YRPuFAUxq5lGqx1GeAcR5DuuPhAbUxBR7HyEzmTiQi" \
    "PCaTcwD99st\nC1AsbheOaytPJ27QltfWSM/LzXr+NyPje+k98wIDAQABAoIBAAgI0AcoG" \
    "oklbtvr\n45woMNGnn/PHOEI7dLDvQ0npag5TXq/bFjgAwY7VjZ3E2iA8NGmA5SpiTKjr5" \
    "+Ar\nA3LXvCFXa+4z9GRoqErNRCyvxddjx+GTVfWKYQfrN8039vqcpKWVAN3/vBd1s/Ek" \
    "\nf3VLzcd96RoJvMfIfl0sbgmf6HNczQkttlDcjYWDCxmiu8PjATmajxEyI9yyBzVe\nIA" \
    "IyswfNi29/z86o/Gn1vYbeInJ4Tr0au1owvdbpEvTdhGDrwhYvud9DCJ+Lj7+A\nOt1xA3" \
    "lLrOda346ZwcxpnBaxjaO7peRBZSUtz5gXmv97oaOsd3ZX9x/9ugDpNMG0\nJl6HkS0CgY" \
    "EA5XRZdxYOoLO/e5MUclr6ZNd7Cvr6zPAq4QbmFfBloZZ+Z8ToVnd2\nLaSmqcZjbFX57h" \
    "ESdKJpN704uEzxkfkMpE6+uyrTIoaJf4BnADJ+bxbHjDpi5fj2\nCubOeMW5KIPb6UUME1" \
    "Ht+App42HXDp7tAwX6bYiRz6urYQui9E74SeUCgYEA9SLY\nFE+tz4qinrXGuPFiaLVHu9" \
    "c61aZXBIaKsLYjirM2A57BYbyqWIXza6Illw6dkpyD\n0dLhu4UXW2uq9dpCaX1SjdFLzc" \
    "k6R/IeWrgDRlDRBXM7O5TNl+GIbiZHfFVq1HkY\nH84colHsrwhoRKqtzJ/vQHvI6HZI/+" \
    "/acZYrCvcCgYEAwhGEUcqgGJ+vBs/BbW8x\ndPUjpofcdFV1jtoM5OVssBzfUNkkQW3M0J" \
    "IAPHwFP24Ac7CQ0YFESNaMEKVTdEkW\nvimz/A4egYcU6HgrpekPMtorcJk5aJUHVPUeEN" \
    "v63R+ZclTp/7U99pqoMJ9iC4Wz\npOj7hIUL/n+N9ginjMb2DVkCgYEAqhth4sZgENNdgd" \
    "EWc6Rd69dQThNPKo9hdyx9\n9Z6PD2LJKr3x6AbqFr/taVV9zFNCGUkvWF2Ec4Ip8TDH1A" \
    "9/YoCq1urUNZtcLCzh\nz4Y+D39pbOTHx9K80Jaa/AToOmlz1rmpefineiRroBKveGcQcB" \
    "zUA+ViR549jg09\ngvD4MYUCgYAWUnqweUxCqYgFywCmAo8OZi5K4ztKD/4MSp1+tiqKlB" \
    "15J6GRejTq\nGTSSYBBAlJGi2mL6wuAq5cBWOuaGudkvVzImv/1R/33zIORCt6qS+iapFT" \
    "5EPro1\nKHbcRNaagxw4KMdc7rPWmpVFl1YanuQXhDUS9Ihbx/Adz8DBSWxLLA==\n----" \
    "-END RSA PRIVATE KEY-----\n"

#define JOSE_PEM_EC \
    "-----BEGIN EC PRIVATE KEY-----\nMIIBUQIBAQQgjXeP1gGnesMDCHkRUPdM2rlqAh" \
    "MlJoVHzyEdvKQofiCggeMwgeAC\nAQEwLAYHKoZIzj0BAQIhAP////8AAAABAAAAAAAAAA" \
    "AAAAAA////////////////\nMEQEIP////8AAAABAAAAAAAAAAAAAAAA//////////////" \
    "/8BCBaxjXYqjqT57Pr\nvVV2mIa8ZR0GsMxTsPY7zjw+J9JgSwRBBGsX0fLhLEJH+Lzm5W" \
    "OkQPJ3A32BLesz\noPShOUXYmMKWT+NC4v4af5uO5+tKfA+eFivOM1drMV7Oy7ZAaDe/Uf" \
    "UCIQD/////\nAAAAAP//////////vOb6racXnoTzucrC/GMlUQIBAaFEA0IABJPdyX71/r" \
    "UZcy2c\n4xMQuuhTZT7fPv3PA/zkNT7BxIl+RNj9aHsL4RFUdiKb9a0tx+FcRWKPiYNOGU" \
    "d3\nXqABm8Y=\n-----END EC PRIVATE KEY-----\n"

#define JOSE_PEM_SMALL \
    "-----BEGIN RSA PRIVATE KEY-----\nMIICWwIBAAKBgQC9xVpsIPwQazD248324G4cV" \
    "RFX5dWs342fXcdyLs5fUG47Hpq5\nuiMCDDLVYboZ3tHm6l9FHEi7LleoqAlWJoZRQ0hra" \
    "VGhlUyYnLAEyP8Hex59Uhqa\nhX9l7H42vcbmZ90EKIf3StiHPO0wVh8X+mNNVaU05b1kn" \
    "XprQvkAkgAWowIDAQAB\nAoGAE0MA1pDShOgcZDLjKPfGtWF9DSrq8U0Plulx4QkXMV18k" \
    "succNWP0Blk33u3\n5ABV1dZcLSudxkIB68CCkhf+8fu9qUnGd+RKO1Rx9kqnVSaIGv6rZ" \
    "uJNCPQpPrh4\nLGky0hPznJI1cC57+Qwf5ocp5efqQeXzWP0Aou55o4+pC8ECQQDMCjjnI" \
    "MWilP1w\n8vhj+cm86qszmNKz6bEpJ9dIAWcPJEtED7E0gVTzkRdOIkjuoW9P+SnAPW0gQ" \
    "Pfo\nCA2hqPZpAkEA7hjnj+aYuYY02kFUkXI8v2K2nH2QfTrBzUI//ZaDJGl4v046eMi2" \
    "\nD6B27hbgUrTlL/+3ZVYi4upUI88odaC7KwJAJNZTn6bTB59Ogm3bWnFmcq0La61T\nnR" \
    "e73GpM+7sFGD69N/R9UbVn2PGA+6JE+JA8wHuDhimQ4hnYqBOMInuWwQJARPrs\nI5GwT5" \
    "elOlJRGO5a0SvdMgti0BU0zq3R8jsn9WWlOO+GGzYzIOXhbusrxGpqN/TD\nAlXpN4qiI9" \
    "nBpAqUDwJAVzxMdJZ//Q2bbv8Eb+4dkaNl0WZbEDvuzIV1N+u7icUQ\nFeRsAda901rrMt" \
    "FQKH7a8qTg6O7vzr8lXFKn6+TjlQ==\n-----END RSA PRIVATE KEY-----\n"


#endif /* JOSE_VECTORS_H */
