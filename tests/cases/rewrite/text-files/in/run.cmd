start https://%SERVER%/PhoneFactor/
msiexec /i x.msi /PhoneFactor
