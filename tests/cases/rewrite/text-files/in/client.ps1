$p = New-WebServiceProxy -Uri https://mim:9999/PhoneFactorWebServiceSdk/PfWsSdk.asmx?WSDL
Add-LocalGroupMember 'PhoneFactor Admins' $u
Set-Location 'C:\inetpub\wwwroot\PhoneFactor'
